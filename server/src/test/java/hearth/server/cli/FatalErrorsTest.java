package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FatalErrorsTest {
    private static final int LIVED_ON = 42;

    /// A program one of whose threads fails.
    static final class Failing {
        private Failing() {}

        public static void main(String[] words) throws InterruptedException {
            FatalErrors.endTheProcess();
            var thread = Thread.ofPlatform().name("store-writer").start(() -> {
                switch (words[0]) {
                    case "heap" -> throw new OutOfMemoryError("As a test asked for");
                    case "stack" -> throw new StackOverflowError("As a test asked for");
                    default -> throw new IllegalStateException("As a test asked for");
                }
            });
            thread.join();
            System.exit(LIVED_ON);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"heap", "stack"})
    void endTheProcessWhenTheyEndAThread(String kind) throws Exception {
        var process = start(kind);

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("Hearth ends: thread store-writer met");
        assertThat(process.waitFor()).isEqualTo(FatalErrors.STATUS);
    }

    @Test
    void areNotWhatOtherFailuresAre() throws Exception {
        assertThat(start("other").waitFor()).isEqualTo(LIVED_ON);
    }

    private static Process start(String kind) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Failing.class.getName(),
                        kind)
                .redirectErrorStream(true)
                .start();
    }
}
