package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.worker.sandbox.SandboxKind;
import org.junit.jupiter.api.Test;

final class ProcessWorkerTest extends LocalWorkerTest {
    ProcessWorkerTest() {
        super(SandboxKind.PROCESS);
    }

    /// Only here do processes have the pids that we see.
    @Test
    void startsTheRuntimeAgainIfItDiedWhileIdle() throws Exception {
        var environment = ready("dies");
        var pid = environment.call("[\"pid\"]").replaceAll("[^0-9]", "");
        var process = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();

        process.destroyForcibly();
        Await.until(() -> !process.isAlive());

        assertThat(environment.call("[\"count\"]")).isEqualTo("[1]");
    }
}
