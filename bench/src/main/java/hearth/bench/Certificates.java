package hearth.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The certificates of a cluster of the bench's own.
///
/// @param folder where they are made
record Certificates(Build build, Path folder) {
    static Certificates make(Build build, Path folder) throws IOException, InterruptedException {
        var made = new Certificates(build, folder);
        made.hearth("cluster", "init", folder.toString());
        return made;
    }

    /// Makes one; returns what `--cluster-certificates` is to say.
    ///
    /// @param addresses of a member; a worker has none
    String of(String name, String... addresses) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("cluster", "certificate", folder.toString(), name));
        for (var address : addresses) {
            words.addAll(List.of("--address", address));
        }
        hearth(words.toArray(String[]::new));
        return folder.resolve(name).toString();
    }

    private void hearth(String... words) throws IOException, InterruptedException {
        var command =
                new ArrayList<>(List.of(build.repository().resolve("hearth").toString()));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = process.inputReader().lines().collect(Collectors.joining("\n"));
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }
}
