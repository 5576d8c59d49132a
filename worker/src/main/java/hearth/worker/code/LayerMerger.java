package hearth.worker.code;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/// Puts unpacked layers over each other, as if they were unpacked one after the other into one directory: what a later
/// one has takes the place of what an earlier one has there. Files are hard links, so that they take no room again.
final class LayerMerger extends SimpleFileVisitor<Path> {
    private static final long BLOCK = 4_096;

    private final Path layer;
    private final Path root;
    private long diskBytes;

    private LayerMerger(Path layer, Path root) {
        this.layer = layer;
        this.root = root;
    }

    /// @param root where all before this layer are
    /// @return how much room it takes once nothing else has the files
    static long add(Path layer, Path root) throws IOException {
        var merger = new LayerMerger(layer, root);
        Files.walkFileTree(layer, merger);
        return merger.diskBytes;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
        var place = place(directory);
        if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(place);
            Files.createDirectory(place);
        }
        // Also of the root, which whoever made it kept for the server alone.
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        diskBytes += BLOCK;
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        var place = place(file);
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            CacheDirectory.removeAll(place);
        } else {
            Files.deleteIfExists(place);
        }
        if (attributes.isSymbolicLink()) {
            Files.createSymbolicLink(place, Files.readSymbolicLink(file));
        } else {
            link(file, place);
            diskBytes += Math.ceilDiv(attributes.size(), BLOCK) * BLOCK;
        }
        return FileVisitResult.CONTINUE;
    }

    private static void link(Path file, Path place) throws IOException {
        try {
            Files.createLink(place, file);
        } catch (IOException e) {
            // A file system has only so many links of one file.
            Files.copy(file, place, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private Path place(Path path) {
        return root.resolve(layer.relativize(path));
    }
}
