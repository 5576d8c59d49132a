package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.SdkBytes;

/// The server and `hearth doctor` where they have less than root of a machine has, as in a container.
class LesserHostsTest {
    /// Root of nothing but its own namespaces.
    private static final List<String> CONTAINER = List.of("unshare", "-Urmp", "--mount-proc", "--fork");

    private record Answer(int status, String text) {}

    @BeforeEach
    void needsRootAndBubblewrap() {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can take rights away");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/bwrap")), "needs bubblewrap");
    }

    @ParameterizedTest
    @CsvSource({"auto, bubblewrap", "bubblewrap, bubblewrap", "process, process"})
    void aFunctionIsInvoked(String wanted, String kind) {
        try (var server = HearthProcess.startWithin(CONTAINER, TestServer.temporaryFolder(), "--sandbox", wanted);
                var lambda = Clients.lambda(server.endpoint())) {
            lambda.createFunction(r -> r.functionName("f")
                    .runtime("python3.11")
                    .handler("app.handler")
                    .role(TestServer.ROLE)
                    .timeout(60)
                    .code(c -> c.zipFile(Zips.of("app.py", "def handler(event, context):\n    return event\n"))));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName("f"));
            var answer = lambda.invoke(r -> r.functionName("f").payload(SdkBytes.fromUtf8String("42")));

            assertThat(answer.functionError()).isNull();
            assertThat(answer.payload().asUtf8String()).isEqualTo("42");
            assertThat(server.output())
                    .contains("(sandboxes: " + kind, "FUNCTIONS ARE NOT FULLY ISOLATED", "have no limits", "loopback");
            assertThat(server.stop()).isEqualTo(143);
        }
    }

    @Test
    void theDoctorTriesWhatAStartTries() throws Exception {
        var best = doctor(List.of());
        var lesser = doctor(CONTAINER);

        assertThat(best.text()).contains("namespaces: they work");
        assertThat(best.status()).isZero();
        assertThat(lesser.text()).contains("namespaces: they do not work", "bubblewrap: they work, but memory");
        assertThat(lesser.status()).isEqualTo(1);
    }

    @Test
    void theDoctorFindsAndClearsWhatAKilledServerLeftAndNothingOfOneThatRuns() throws Exception {
        var dead = TestServer.temporaryFolder();
        var alive = TestServer.temporaryFolder();
        var traces = new Traces(dead);
        try (var living = HearthProcess.start(alive);
                var killed = HearthProcess.start(dead)) {
            killed.kill();
            Await.until("it is dead", () -> traces.processes().isEmpty());
            var listed = doctor(List.of(), "--leftovers");
            assertThat(listed.status()).isEqualTo(listed.text().isEmpty() ? 0 : 1);
            assertThat(listed.text()).doesNotContain(alive.toString());

            var cleared = doctor(List.of(), "--clean");

            assertThat(cleared.text()).doesNotContain(alive.toString());
            Await.until(
                    () -> "nothing is left: " + traces.now(), () -> traces.now().isEmpty());
            assertThat(doctor(List.of(), "--leftovers").text()).doesNotContain(dead.toString());
            assertThat(Clients.lambda(living.endpoint()).listFunctions().functions())
                    .isEmpty();
            assertThat(living.stop()).isEqualTo(143);
        }
    }

    private static Answer doctor(List<String> within, String... options) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("doctor"));
        words.addAll(List.of(options));
        var command = new ArrayList<>(within);
        command.addAll(HearthProcess.command(words).command());
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text);
    }
}
