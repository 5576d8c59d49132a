package hearth.worker.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// A file that one user on this host holds alone, or several share (`flock`). It ends with its holder's process at
/// the latest, and two in the same process respect each other too.
public final class HostLock implements AutoCloseable {
    private static final int SHARED = 1;
    private static final int EXCLUSIVE = 2;
    private static final int NOT_BLOCKING = 4;
    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0x40;
    private static final int O_CLOEXEC = 0x80000;
    private static final int MODE = 0600;

    private static final NativeCall OPEN = NativeCall.of("open", "ipii");
    private static final NativeCall FLOCK = NativeCall.of("flock", "iii");

    private final Path file;
    private final int fd;

    private HostLock(Path file, int fd) {
        this.file = file;
        this.fd = fd;
    }

    /// Waits until nobody else holds the file. Makes it if it is not there.
    public static HostLock exclusive(Path file) throws IOException {
        while (true) {
            var lock = open(file);
            if (lock.take(EXCLUSIVE) && lock.isCurrent()) {
                return lock;
            }
            lock.close();
        }
    }

    /// @return nothing where somebody holds the file
    public static Optional<HostLock> tryExclusive(Path file) throws IOException {
        return tried(file, EXCLUSIVE);
    }

    /// As `tryExclusive`, but does not make the file.
    ///
    /// @return nothing where somebody holds the file, or where there is none
    public static Optional<HostLock> tryExclusiveIfThere(Path file) throws IOException {
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        return tried(file, EXCLUSIVE);
    }

    /// @return nothing where somebody holds the file alone
    public static Optional<HostLock> tryShared(Path file) throws IOException {
        return tried(file, SHARED);
    }

    private static Optional<HostLock> tried(Path file, int kind) throws IOException {
        while (true) {
            var lock = open(file);
            if (!lock.take(kind | NOT_BLOCKING)) {
                lock.close();
                return Optional.empty();
            }
            if (lock.isCurrent()) {
                return Optional.of(lock);
            }
            lock.close();
        }
    }

    /// Takes the file away; to be called by who holds it alone.
    public void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }

    private static HostLock open(Path file) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var path = arena.allocateFrom(file.toString());
            return new HostLock(file, (int) OPEN.call(file.toString(), path, O_RDWR | O_CREAT | O_CLOEXEC, MODE));
        }
    }

    private boolean take(int how) throws LinuxException {
        while (true) {
            try {
                FLOCK.call(file.toString(), fd, how);
                return true;
            } catch (LinuxException e) {
                if (e.is("EWOULDBLOCK") || e.is("EAGAIN")) {
                    return false;
                }
                if (!e.is("EINTR")) {
                    close();
                    throw e;
                }
            }
        }
    }

    /// Whether the name still is of this file, which its last holder may have deleted.
    private boolean isCurrent() throws IOException {
        try {
            return Files.isSameFile(Path.of("/proc/self/fd/" + fd), file);
        } catch (NoSuchFileException deleted) {
            return false;
        }
    }
}
