package hearth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A build of Hearth that is measured: of this checkout, or of an earlier commit.
///
/// @param name as the table's head calls it
/// @param repository the checkout that holds it
record Build(String name, Path repository) {
    /// The build of an earlier commit, made once in a clone of its own under `bench/target`; empty where this
    /// repository does not hold the commit, as a shallow clone does not.
    static Optional<Build> earlier(Path repository, String commit) throws IOException, InterruptedException {
        var clone = repository.resolve("bench/target/against").resolve(commit);
        var earlier = new Build(commit, clone);
        if (Files.exists(clone.resolve("built"))) {
            return Optional.of(earlier);
        }
        if (run(repository, List.of("git", "cat-file", "-e", commit + "^{commit}")) != 0) {
            Report.progress("this repository does not hold " + commit + "; its column is left out");
            return Optional.empty();
        }
        Report.progress("building " + commit + " (once)");
        if (!Files.exists(clone)) {
            Files.createDirectories(clone.getParent());
            must(repository, List.of("git", "clone", "-q", "--no-checkout", repository.toString(), clone.toString()));
        }
        must(clone, List.of("git", "checkout", "-q", "--force", "--detach", commit));
        // Builds had no command of their own once: every command built, and an unknown one failed after that.
        run(clone, List.of("./hearth", "build"));
        must(clone, List.of("./hearth", "version"));
        Files.createFile(clone.resolve("built"));
        return Optional.of(earlier);
    }

    private static void must(Path folder, List<String> command) throws IOException, InterruptedException {
        var status = run(folder, command);
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + status + " in " + folder);
        }
    }

    private static int run(Path folder, List<String> command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    }
}
