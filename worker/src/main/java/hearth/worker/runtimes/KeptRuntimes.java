package hearth.worker.runtimes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What `hearth runtimes install` has put into the data folder: `NAME/VERSION/` for each runtime and each SDK, such as
/// `nodejs22.x/22.23.5/`. Each appears and goes by one rename, so that whoever looks sees it whole or not at all.
///
/// @param folder need not be there
public record KeptRuntimes(Path folder) {
    /// The name of the folder within the data folder.
    public static final String NAME = "runtimes";

    /// Names that begin so are of what is being built or removed.
    public static final String PASSING = ".";

    private static final Comparator<Path> OLDEST_FIRST =
            Comparator.comparing(KeptRuntimes::versionOf).thenComparing(Path::toString);

    /// @param data everything that is kept
    public static KeptRuntimes in(Path data) {
        return new KeptRuntimes(data.resolve(NAME));
    }

    /// The copies of a runtime or an SDK, the newest first.
    public List<Path> copies(String name) {
        try (var found = Files.list(folder.resolve(name))) {
            return found.filter(Files::isDirectory)
                    .sorted(OLDEST_FIRST.reversed())
                    .toList();
        } catch (IOException _) {
            // Nothing of this name was installed.
            return List.of();
        }
    }

    /// The first three numbers of a copy's name.
    private static Version versionOf(Path copy) {
        return Version.in(copy.getFileName().toString()).orElse(Version.NONE);
    }

    /// When something came or went the last time; empty before the first.
    Optional<FileTime> changed() {
        try {
            return Optional.of(Files.getLastModifiedTime(folder));
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
