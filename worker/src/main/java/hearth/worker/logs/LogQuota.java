package hearth.worker.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps each log group within its size: removes its oldest files. Belongs to the writer's thread.
final class LogQuota {
    private final LogLimits limits;
    private final Map<Path, Long> sizes = new HashMap<>();

    /// @param removed what went, and how much that was
    record Removal(List<Path> removed, long bytes) {}

    private record LogFile(Path path, FileTime changed, long size) {}

    LogQuota(LogLimits limits) {
        this.limits = limits;
    }

    /// A file of a group has grown.
    Removal grown(Path file, long bytes) throws IOException {
        var group = file.resolveSibling("").toAbsolutePath();
        var known = sizes.get(group);
        var size = known == null ? sizeOf(group) : known + bytes;
        sizes.put(group, size);
        return size > limits.group().count() ? prune(group, file) : new Removal(List.of(), 0);
    }

    /// Down to a segment less than the limit, so that it is not done for each record.
    private Removal prune(Path group, Path current) throws IOException {
        var wanted = limits.group().count() - limits.segment().count();
        var files = filesOf(group);
        files.sort(Comparator.comparing(LogFile::changed)
                .thenComparing(log -> LogDirectory.segment(log.path))
                .thenComparing(LogFile::path));
        var size = files.stream().mapToLong(LogFile::size).sum();
        var removed = new ArrayList<Path>();
        long bytes = 0;
        for (var log : files) {
            if (size - bytes > wanted && !log.path.equals(current)) {
                Files.deleteIfExists(log.path);
                removed.add(log.path);
                bytes += log.size;
            }
        }
        sizes.put(group, size - bytes);
        return new Removal(removed, bytes);
    }

    private static long sizeOf(Path group) throws IOException {
        return filesOf(group).stream().mapToLong(LogFile::size).sum();
    }

    private static List<LogFile> filesOf(Path group) throws IOException {
        var files = new ArrayList<LogFile>();
        try (var entries = Files.newDirectoryStream(group, LogDirectory::isLog)) {
            for (var path : entries) {
                try {
                    files.add(new LogFile(path, Files.getLastModifiedTime(path), Files.size(path)));
                } catch (NoSuchFileException gone) {
                    // Somebody cleans up by hand.
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return files;
    }
}
