package hearth.server.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// A folder or an archive that the user has: what is wanted lies at its top or a few folders below.
///
/// @param shown a file that shows where: `bin/node`, `boto3/__init__.py`
record GivenFiles(Path given, String shown, Archives archives) implements Source {
    private static final int DEPTH = 4;

    @Override
    public void fill(Path folder) throws InstallException, IOException {
        if (Files.isDirectory(given)) {
            FileTrees.copy(top(given.toRealPath()), folder, _ -> true);
        } else if (Files.isRegularFile(given)) {
            var unpacked = folder.resolveSibling(folder.getFileName() + ".unpacked");
            archives.unpack(given.toAbsolutePath(), unpacked);
            Files.delete(folder);
            Files.move(top(unpacked), folder);
            FileTrees.delete(unpacked);
        } else {
            throw new InstallException("there is no " + given);
        }
    }

    /// The uppermost folder that has what shows it.
    private Path top(Path given) throws InstallException, IOException {
        var depth = Path.of(shown).getNameCount();
        try (Stream<Path> files = Files.find(given, DEPTH + depth, (file, _) -> file.endsWith(shown))) {
            var found = files.min(Comparator.comparingInt(Path::getNameCount).thenComparing(Path::toString))
                    .orElseThrow(() -> new InstallException("there is no " + shown + " in " + given()));
            return Path.of("/").resolve(found.subpath(0, found.getNameCount() - depth));
        }
    }
}
