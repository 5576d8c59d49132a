package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Which runtimes this host has, as `./hearth runtimes` says.
final class InstalledRuntimes {
    private static final String TABLE = table();

    private InstalledRuntimes() {}

    private static String table() {
        try {
            var process = HearthProcess.command(
                            // Not with what was installed for another server.
                            List.of(
                                    "runtimes",
                                    "--data",
                                    TestServer.temporaryFolder().toString()))
                    .start();
            try (var lines = process.inputReader()) {
                var table = lines.lines().collect(Collectors.joining("\n"));
                assertThat(process.waitFor()).isZero();
                assertThat(table).contains("provided.al2023");
                return table;
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("./hearth runtimes did not run", e);
        }
    }

    static boolean has(String runtime) {
        return TABLE.lines().anyMatch(line -> line.matches(Pattern.quote(runtime) + " +ready .*"));
    }

    static void assume(String runtime) {
        assumeTrue(has(runtime), "This host has no " + runtime);
    }

    /// The first of these that there is.
    static String any(String... runtimes) {
        for (var runtime : runtimes) {
            if (has(runtime)) {
                return runtime;
            }
        }
        throw new AssertionError("This host has none of " + List.of(runtimes));
    }
}
