package hearth.server.records;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file of lines that is put aside when it is large enough, as `NAME.1`; what was that is `NAME.2` then, and the
/// last is gone.
///
/// A disk that takes no more loses lines, and not requests. The server's log says so, once, and again when it goes
/// on.
final class RotatingFile implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RotatingFile.class.getName());

    private final Path file;
    private final long size;
    private final int files;
    private @Nullable FileChannel channel; // guarded by this
    private long lost; // guarded by this

    /// @param files how many are kept, with the one that is written
    RotatingFile(Path file, long size, int files) {
        this.file = file;
        this.size = size;
        this.files = files;
    }

    /// Appends whole lines. Safe for several threads.
    ///
    /// @param lines how many there are
    synchronized void append(ByteBuffer bytes, int lines) {
        try {
            var open = channel == null || !channel.isOpen() ? open() : channel;
            if (open.size() > 0 && open.size() + bytes.remaining() > size) {
                open = rotate();
            }
            long before = open.size();
            try {
                while (bytes.hasRemaining()) {
                    open.write(bytes);
                }
            } catch (IOException e) {
                // Half a line would spoil the next.
                open.truncate(before);
                throw e;
            }
            if (lost > 0) {
                LOG.log(Level.WARNING, "{0} is written again; {1} lines are lost", file, lost);
                lost = 0;
            }
        } catch (IOException e) {
            if (lost == 0) {
                LOG.log(Level.WARNING, "{0} cannot be written, and loses lines: {1}", file, e.getMessage());
            }
            lost += lines;
        }
    }

    private FileChannel open() throws IOException {
        channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return channel;
    }

    private FileChannel rotate() throws IOException {
        closeFile();
        for (int number = files - 1; number > 0; number--) {
            if (Files.exists(numbered(number - 1))) {
                Files.move(numbered(number - 1), numbered(number), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (files == 1) {
            Files.deleteIfExists(file);
        }
        return open();
    }

    private Path numbered(int number) {
        return number == 0 ? file : file.resolveSibling(file.getFileName() + "." + number);
    }

    private void closeFile() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closeFile();
    }
}
