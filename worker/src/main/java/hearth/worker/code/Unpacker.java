package hearth.worker.code;

import hearth.model.code.PackageVisitor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;

/// Writes a package's content into a directory of its own, as AWS shows it to a function: everything belongs to the
/// server's user and is readable by all, whatever the zip says; a file may be executed if anyone might in the zip.
/// Files keep their times, for Python's compiled modules are bound to them.
final class Unpacker implements PackageVisitor {
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> EXECUTABLE = PosixFilePermissions.fromString("rwxr-xr-x");

    /// What a file system gives files and directories at least.
    private static final long BLOCK = 4_096;

    private final Path root;
    private long diskBytes;

    /// @param root exists and is empty
    Unpacker(Path root) throws IOException {
        this.root = root;
        Files.setPosixFilePermissions(root, EXECUTABLE);
        diskBytes = BLOCK;
    }

    @Override
    public void directory(String path) throws IOException {
        var directory = Files.createDirectory(resolve(path));
        Files.setPosixFilePermissions(directory, EXECUTABLE);
        diskBytes += BLOCK;
    }

    @Override
    public void file(String path, boolean executable, Instant modified, InputStream content) throws IOException {
        var file = resolve(path);
        long size = Files.copy(content, file);
        // After creation, for it is subject to the process's umask.
        Files.setPosixFilePermissions(file, executable ? EXECUTABLE : READABLE);
        Files.setLastModifiedTime(file, FileTime.from(modified));
        diskBytes += Math.ceilDiv(size, BLOCK) * BLOCK;
    }

    @Override
    public void symbolicLink(String path, String target) throws IOException {
        try {
            Files.createSymbolicLink(resolve(path), Path.of(target));
        } catch (InvalidPathException e) {
            throw unspeakable(target, e);
        }
    }

    /// How much room the content takes on the disk.
    long diskBytes() {
        return diskBytes;
    }

    private Path resolve(String path) throws IOException {
        try {
            return root.resolve(path);
        } catch (InvalidPathException e) {
            throw unspeakable(path, e);
        }
    }

    private static IOException unspeakable(String path, InvalidPathException e) {
        return new IOException(
                "The name " + path + " cannot be written in this process's locale: start it with LC_ALL=C.UTF-8", e);
    }
}
