package hearth.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/// A file that is its owner's alone and is replaced as a whole: after a loss of power it is the old one or the new one.
public final class OwnedFile {
    private OwnedFile() {}

    /// Puts a text in the place of whatever the file holds, on the disk by the time that this returns.
    public static void replace(Path file, String text) throws IOException {
        var folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "A file is in a folder");
        var draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        var ownersAlone = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = FileChannel.open(draft, options, ownersAlone)) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        sync(folder);
    }

    /// Has the names in a folder written to the disk.
    static void sync(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
