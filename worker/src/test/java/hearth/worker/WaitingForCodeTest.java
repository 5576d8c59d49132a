package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.worker.sandbox.SandboxKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who waits for a package keeps nobody else waiting.
final class WaitingForCodeTest {
    @TempDir
    Path directory;

    @Test
    void anotherFunctionStartsWhileManyEnvironmentsWaitForOnePackage() throws Exception {
        try (var worker = new TestWorker(SandboxKind.PROCESS, directory)) {
            var late = worker.scripted("late", Map.of());
            var other = worker.function(
                    "other",
                    "provided.al2023",
                    "",
                    worker.code(Map.of("bootstrap", ScriptedRuntime.SOURCE, "more", "x")),
                    Map.of());
            var withheld = worker.withhold(late.code());
            List<TestEnvironment> waiting = IntStream.rangeClosed(0, SandboxThreads.COUNT)
                    .mapToObj(_ -> worker.start(late))
                    .toList();
            try {
                worker.start(other).await("ready");

                assertThat(waiting).hasSize(33);
            } finally {
                withheld.countDown();
            }
            for (var environment : waiting) {
                environment.await("ready");
            }
        }
    }
}
