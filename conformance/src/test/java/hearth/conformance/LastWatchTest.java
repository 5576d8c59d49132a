package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastWatchTest {
    /// A test that is killed while its server runs.
    static final class Killed {
        private Killed() {}

        public static void main(String[] arguments) throws Exception {
            var data = TestServer.temporaryFolder();
            var ended = HearthProcess.start(data, "--no-internet");
            ended.close();
            System.out.println(HearthProcess.start(data, "--no-internet").pid());
            System.out.println(data);
            System.in.read();
        }
    }

    @Test
    void aServerEndsWithTheTestThatWasKilled() throws Exception {
        var test = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Killed.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = test.inputReader(StandardCharsets.UTF_8)) {
            var server = Long.parseLong(output.readLine());
            var data = Path.of(output.readLine());
            assertThat(ProcessHandle.of(server)).isPresent();

            test.destroyForcibly().onExit().join();

            Await.until("the server has ended", () -> ProcessHandle.of(server)
                    .filter(ProcessHandle::isAlive)
                    .isEmpty());
            assertThat(new Traces(data).now()).isEmpty();
            new ProcessBuilder("rm", "-rf", data.toString()).start().onExit().join();
        } finally {
            test.destroyForcibly();
        }
    }
}
