package hearth.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The files of a data folder, and which of them nobody refers to.
record DataFolder(Path path) {
    private static final Pattern PACKAGE = Pattern.compile("objects/([0-9a-f]{2})/([0-9a-f]{62})");

    /// The store, events, keys, logs, who serves, what sandboxes were tried; and unpacked code, of which a cache is
    /// kept.
    private static final Pattern KEPT =
            Pattern.compile("lock|server\\.json|sandboxes\\.tried|(hearth|events)\\.db(-wal|-shm)?|(access|audit)\\.log"
                    + "|logs/.*|code/(lock|boot|[0-9a-f]{64}-\\d+/.*)");

    /// @param packages digests of the packages that functions refer to
    /// @param sandboxes files that a fresh server has for its sandboxes
    Set<String> strays(Set<String> packages, Set<String> sandboxes) {
        var strays = new TreeSet<String>();
        for (var file : files()) {
            var object = PACKAGE.matcher(file);
            boolean wanted = object.matches()
                    ? packages.contains(object.group(1) + object.group(2))
                    : KEPT.matcher(file).matches() || sandboxes.contains(file);
            if (!wanted) {
                strays.add(file);
            }
        }
        return strays;
    }

    /// What there is for sandboxes.
    Set<String> sandboxes() {
        var found = new TreeSet<String>();
        files().stream().filter(file -> file.startsWith("sandboxes/")).forEach(found::add);
        return found;
    }

    private Set<String> files() {
        var files = new TreeSet<String>();
        walk(path, files);
        return files;
    }

    private void walk(Path directory, Set<String> files) {
        try (Stream<Path> entries = Files.list(directory)) {
            for (var entry : entries.toList()) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    walk(entry, files);
                } else {
                    files.add(path.relativize(entry).toString());
                }
            }
        } catch (NoSuchFileException gone) {
            // A running server removes what it needs no more.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
