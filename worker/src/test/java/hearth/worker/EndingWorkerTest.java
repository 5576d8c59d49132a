package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.worker.sandbox.SandboxKind;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class EndingWorkerTest {
    @TempDir
    Path directory;

    /// As machines that take minutes to come up.
    @Test
    @Timeout(120)
    void endsWithoutWaitingForSandboxesAndMakesNoneThatWasStillToCome() throws Exception {
        RecordedSandboxes sandboxes;
        try (var host = new TestWorker(SandboxKind.PROCESS, directory)) {
            sandboxes = host.sandboxes;
            sandboxes.hold();
            var function = host.scripted("one", Map.of());
            for (var i = 0; i < SandboxThreads.COUNT + 8; i++) {
                host.start(function);
            }
            Await.until(() -> host.sandboxes.created().size() == SandboxThreads.COUNT);
        }

        assertThat(sandboxes.created()).hasSize(SandboxThreads.COUNT);
    }
}
