package hearth.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The right of one process to use a data folder. The kernel drops it when the process ends, however it ends.
public final class DataFolderLock implements AutoCloseable {
    private final Path data;
    private final FileChannel channel;

    private DataFolderLock(Path data, FileChannel channel) {
        this.data = data;
        this.channel = channel;
    }

    /// Takes the folder, making it if it is not there.
    ///
    /// @throws StoreUnavailableException when another process uses the folder
    public static DataFolderLock take(Path data) {
        try {
            DataFolder.prepare(data);
            return lock(data);
        } catch (IOException e) {
            throw new StoreException("The folder %s cannot be used: %s".formatted(data, e.getMessage()), e);
        }
    }

    private static DataFolderLock lock(Path data) throws IOException {
        var channel = FileChannel.open(
                data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (tryLock(channel) == null) {
                throw new StoreUnavailableException(
                        "The data folder %s is in use by another Hearth (%s). Stop that one, or give this one another folder with --data."
                                .formatted(data, holder(channel)));
            }
            channel.truncate(0);
            channel.write(StandardCharsets.UTF_8.encode(
                    "pid " + ProcessHandle.current().pid()));
            return new DataFolderLock(data, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        var text = ByteBuffer.allocate(64);
        channel.read(text, 0);
        return StandardCharsets.UTF_8.decode(text.flip()).toString();
    }

    Path data() {
        return data;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StoreException("The lock of %s could not be closed: %s".formatted(data, e.getMessage()), e);
        }
    }
}
