package hearth.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Programs of this host that tests use where it has them.
final class Programs {
    private Programs() {}

    static boolean isThere(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// Installs packages of npm into a folder, or skips the test where they cannot be had.
    static void install(Path folder, String... packages) throws IOException, InterruptedException {
        assumeTrue(isThere("npm"), "This host has no npm");
        var command = new ArrayList<>(List.of(
                "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder.toString()));
        command.addAll(List.of(packages));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("npm.log").toFile())
                .start();
        assumeTrue(process.waitFor() == 0, "npm could not install " + String.join(", ", packages));
    }
}
