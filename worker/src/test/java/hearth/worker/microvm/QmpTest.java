package hearth.worker.microvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.worker.linux.Descriptors;
import hearth.worker.linux.Descriptors.Pair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The other side's lines are those of QEMU 7.2.
final class QmpTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration NONE = Duration.ofMillis(20);
    private static final String GREETING =
            "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7},"
                    + " \"package\": \"Debian 1:7.2+dfsg-7+deb12u18\"}, \"capabilities\": [\"oob\"]}}\r\n";

    private Pair sockets;
    private Qmp qmp;

    @BeforeEach
    void connect() throws Exception {
        sockets = Descriptors.streamSockets();
        qmp = new Qmp(sockets.reading(), System::nanoTime);
    }

    @AfterEach
    void disconnect() {
        Descriptors.close(sockets.reading());
        Descriptors.close(sockets.writing());
    }

    private void says(String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        Descriptors.write(sockets.writing(), bytes, 0, bytes.length);
    }

    private String heard() throws IOException {
        var buffer = new byte[1000];
        return new String(buffer, 0, Descriptors.read(sockets.writing(), buffer), StandardCharsets.UTF_8);
    }

    @Test
    void leavesTheNegotiationAfterTheGreeting() throws Exception {
        says(GREETING + "{\"return\": {}}\r\n");

        assertThat(qmp.greet(PATIENCE)).isEqualTo("7.2");
        assertThat(heard()).isEqualTo("{\"execute\":\"qmp_capabilities\"}\n");
    }

    @Test
    void givesAnAnswersMembersAndKeepsEventsForLater() throws Exception {
        says("{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"RESUME\"}\r\n"
                + "{\"return\": {\"status\": \"running\", \"singlestep\": false, \"running\": true}}\r\n"
                + "{\"timestamp\": {\"seconds\": 1, \"microseconds\": 3}, \"event\": \"SHUTDOWN\","
                + " \"data\": {\"guest\": true, \"reason\": \"guest-shutdown\"}}\r\n");

        assertThat(qmp.execute("query-status", PATIENCE)).containsEntry("status", "running");
        assertThat(qmp.events()).containsExactly("RESUME", "SHUTDOWN guest-shutdown");
    }

    @Test
    void passesOnWhatQemuRefuses() throws Exception {
        says("{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command cnt has not been found\"}}\r\n");

        assertThatThrownBy(() -> qmp.execute("cnt", PATIENCE))
                .hasMessage("QEMU refuses cnt: The command cnt has not been found");
    }

    @Test
    void doesNotWaitForEver() {
        assertThatThrownBy(() -> qmp.execute("query-status", NONE)).hasMessage("QEMU does not answer");
    }

    @Test
    void tellsOfQemusEnd() throws Exception {
        var own = Descriptors.streamSockets();
        var lost = new Qmp(own.reading(), System::nanoTime);
        Descriptors.close(own.writing());

        assertThatThrownBy(() -> lost.greet(PATIENCE)).hasMessage("QEMU has ended");
        Descriptors.close(own.reading());
    }

    @Test
    void takesNothingThatIsNoProtocol() throws Exception {
        says("{\"return\": {}}\r\n");
        assertThatThrownBy(() -> qmp.greet(PATIENCE)).hasMessageStartingWith("QEMU does not greet");
        says("[1]\r\n");
        assertThatThrownBy(() -> qmp.execute("cont", PATIENCE)).hasMessageStartingWith("QEMU sends what is no object");
        says("{\"return\": \r\n");
        assertThatThrownBy(() -> qmp.execute("cont", PATIENCE)).hasMessageStartingWith("QEMU sends what is no JSON");
        says("{\"id\": 1}\r\n");
        assertThatThrownBy(() -> qmp.execute("cont", PATIENCE)).hasMessageStartingWith("QEMU says what is no answer");
        says("x".repeat(70_000));
        assertThatThrownBy(() -> qmp.execute("cont", PATIENCE)).hasMessageContaining("more than 65536 bytes");
    }
}
