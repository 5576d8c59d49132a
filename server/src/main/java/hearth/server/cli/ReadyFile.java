package hearth.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/// The file that `--ready-file` names: holds the server's address while it is ready, and is not there before and after.
///
/// @param path empty where none is wanted
record ReadyFile(Optional<Path> path) {
    /// Removes what an earlier server left, which would tell of this one.
    void remove() throws IOException {
        if (path.isPresent()) {
            Files.deleteIfExists(path.get());
        }
    }

    /// Whoever sees the file sees all of it.
    void write(String address) throws IOException {
        if (path.isPresent()) {
            var draft = path.get().resolveSibling(path.get().getFileName() + ".new");
            Files.writeString(draft, address + "\n");
            Files.move(draft, path.get(), StandardCopyOption.ATOMIC_MOVE);
        }
    }
}
