package hearth.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.worker.sandbox.SandboxProcess.Exit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FaultTest {
    private static String payload(Fault fault) {
        return new String(fault.payload("id"), StandardCharsets.UTF_8);
    }

    @Test
    void saysWhatAwsSays() {
        assertThat(payload(Fault.timeout(Duration.ofSeconds(1))))
                .isEqualTo("{\"errorType\":\"Sandbox.Timedout\","
                        + "\"errorMessage\":\"RequestId: id Error: Task timed out after 1.00 seconds\"}");
        assertThat(payload(Fault.exit(new Exit.Status(0))))
                .isEqualTo("{\"errorType\":\"Runtime.ExitError\","
                        + "\"errorMessage\":\"RequestId: id Error: Runtime exited without providing a reason\"}");
        assertThat(payload(Fault.exit(new Exit.Status(129)))).endsWith("exited with error: exit status 129\"}");
        assertThat(payload(Fault.exit(new Exit.Signal(9)))).endsWith("exited with error: signal: killed\"}");
        assertThat(new String(Fault.tooLargePayload(6_291_556), StandardCharsets.UTF_8))
                .isEqualTo("{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size "
                        + "(6291556 bytes).\",\"errorType\":\"Function.ResponseSizeTooLarge\"}");
    }

    @Test
    void escapesWhatASandboxSays() {
        assertThat(payload(Fault.exit(new Exit.NotStarted("fork/exec \"a\\b\": no\n"))))
                .isEqualTo("{\"errorType\":\"Runtime.InvalidEntrypoint\","
                        + "\"errorMessage\":\"RequestId: id Error: fork/exec \\\"a\\\\b\\\": no\\n\"}");
    }
}
