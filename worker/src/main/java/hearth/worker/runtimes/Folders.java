package hearth.worker.runtimes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/// Finds folders by a pattern with one `*`, which stands for one name.
final class Folders {
    private Folders() {}

    /// Those that exist, the highest version first.
    static List<Path> matching(Path base, String pattern) {
        int star = pattern.indexOf('*');
        if (star < 0) {
            var folder = base.resolve(pattern);
            return Files.isDirectory(folder) ? List.of(folder) : List.of();
        }
        var rest = pattern.substring(Math.min(star + 2, pattern.length()));
        try (var names = Files.list(base.resolve(pattern.substring(0, star)))) {
            return names.sorted(
                            Comparator.comparing(Folders::version).reversed().thenComparing(Path::toString))
                    .map(each -> each.resolve(rest))
                    .filter(Files::isDirectory)
                    .toList();
        } catch (IOException _) {
            // Most hosts have few of the tools that we know the folders of.
            return List.of();
        }
    }

    /// Where the programs of these are.
    static List<Path> bin(List<Path> prefixes) {
        return prefixes.stream().map(prefix -> prefix.resolve("bin")).toList();
    }

    private static Version version(Path folder) {
        return Version.in(folder.getFileName().toString()).orElse(Version.NONE);
    }
}
