package hearth.worker.microvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// What tells whether files are still the same, without reading them: their names, kinds, sizes and times.
public final class Fingerprint {
    private static final int DIGITS = 32;

    /// What Python keeps of what it compiled, which comes whenever it is first used.
    private static final String COMPILED = "__pycache__";

    private final MessageDigest digest;
    private final boolean exact;

    /// @param exact whether the files' numbers and the time of their last change count too: two files that have
    ///     the same size and were given the same time are told apart
    public Fingerprint(boolean exact) {
        this.exact = exact;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    public void add(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    /// Adds a file, or a directory with all that is in it.
    ///
    /// @param without paths that are left out, and all below them
    public void add(Path place, List<String> without) throws IOException {
        var lines = new ArrayList<String>();
        Files.walkFileTree(place, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                boolean compiled = !exact && directory.endsWith(COMPILED);
                if (compiled || without.contains(directory.toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                lines.add(line(directory, attributes));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                lines.add(line(file, attributes));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                // It went between being listed and being looked at.
                return FileVisitResult.CONTINUE;
            }
        });
        // Directories list their files in any order.
        lines.sort(null);
        lines.forEach(this::add);
    }

    private String line(Path file, BasicFileAttributes attributes) throws IOException {
        var target = attributes.isSymbolicLink() ? Files.readSymbolicLink(file).toString() : "";
        var size = attributes.isDirectory() ? 0 : attributes.size();
        // A directory says by its time only that something came or went, which the names say better.
        var time = attributes.isDirectory() ? 0 : attributes.lastModifiedTime().toMillis();
        return "%s|%s|%d|%d|%s|%s"
                .formatted(file, attributes.isDirectory() ? "d" : "f", size, time, target, exact ? identity(file) : "");
    }

    private static String identity(Path file) throws IOException {
        return Files.readAttributes(file, "unix:dev,ino,ctime,mode", LinkOption.NOFOLLOW_LINKS).entrySet().stream()
                .map(Object::toString)
                .sorted()
                .toList()
                .toString();
    }

    public String text() {
        return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    }
}
