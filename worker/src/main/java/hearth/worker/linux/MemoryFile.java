package hearth.worker.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file in memory, without a name, that takes as much as was written to it, and is gone with the last who
/// has it open or mapped.
///
/// A sealed one cannot be changed by anybody any more, not even by those who may open it for writing: to
/// them, what they map of it is their own copy as soon as they write (memfd_create(2), fcntl(2) on
/// `F_ADD_SEALS`).
public final class MemoryFile implements AutoCloseable {
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int SEALED_FOR_GOOD = 1 | 2 | 4 | 8; // of seals themselves, shrinking, growing, writing

    private static final NativeCall MEMFD_CREATE = NativeCall.of("memfd_create", "ipi");
    private static final NativeCall FTRUNCATE = NativeCall.of("ftruncate", "iil");
    private static final NativeCall FCNTL = NativeCall.of("fcntl", "iiii");

    private final int fd;
    private boolean closed; // guarded by this

    private MemoryFile(int fd) {
        this.fd = fd;
    }

    /// @param size in bytes, all of which are a hole
    public static MemoryFile ofSize(long size) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var fd = (int) MEMFD_CREATE.call("", arena.allocateFrom("hearth"), MFD_CLOEXEC | MFD_ALLOW_SEALING);
            var file = new MemoryFile(fd);
            try {
                FTRUNCATE.call("", fd, size);
                return file;
            } catch (LinuxException e) {
                file.close();
                throw e;
            }
        }
    }

    /// One that holds these bytes.
    public static MemoryFile of(byte[] content) throws IOException {
        var made = ofSize(0);
        try (var file = FileChannel.open(made.path(), StandardOpenOption.WRITE)) {
            var buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            return made;
        } catch (IOException | RuntimeException | Error e) {
            made.close();
            throw e;
        }
    }

    /// To be opened as often as is liked, each time with a place of its own from which is read.
    public Path path() {
        return Path.of("/proc/self/fd/" + fd);
    }

    public int fd() {
        return fd;
    }

    /// The same file once more: it is gone when both are closed.
    public MemoryFile duplicate() throws LinuxException {
        return new MemoryFile(Descriptors.duplicate(fd));
    }

    /// In bytes.
    public long size() throws IOException {
        return OpenFiles.size(fd);
    }

    /// A copy of what it holds now, that takes as much memory again.
    public MemoryFile copy(long size) throws LinuxException {
        var copy = ofSize(size);
        try {
            SparseFiles.copyData(fd, copy.fd);
            return copy;
        } catch (LinuxException | RuntimeException | Error e) {
            copy.close();
            throw e;
        }
    }

    /// @throws LinuxException `EBUSY` while anybody has it mapped for writing
    public void seal() throws LinuxException {
        FCNTL.call("F_ADD_SEALS", fd, F_ADD_SEALS, SEALED_FOR_GOOD);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Descriptors.close(fd);
        }
    }
}
