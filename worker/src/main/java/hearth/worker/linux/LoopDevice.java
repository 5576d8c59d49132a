package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Set;

/// A loop device: a file as a disk. It frees itself when nothing has it open or mounted any more, and the file with it.
///
/// @param fd the disk, open for writing
public record LoopDevice(int fd, Path path) implements AutoCloseable {
    private static final Path CONTROL = Path.of("/dev/loop-control");
    private static final int ATTEMPTS = 1000;
    private static final Set<String> BUSY = Set.of("EBUSY", "ENXIO", "ENOENT");
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final long LOOP_CTL_GET_FREE = 0x4c82;
    private static final long LOOP_CONFIGURE = 0x4c0a;

    /// The layout of `struct loop_config`.
    private static final long CONFIG_SIZE = 304;

    private static final long CONFIG_BLOCK_SIZE = 4;
    private static final long CONFIG_FLAGS = 60;
    private static final int AUTOCLEAR = 4;
    private static final int BLOCK_SIZE = 4096;

    private static final NativeCall OPEN = NativeCall.of("open", "ipi");
    private static final NativeCall IOCTL = NativeCall.of("ioctl", "iilp");
    private static final NativeCall IOCTL_GET_FREE = NativeCall.of("ioctl", "iil");

    /// @param file stays the caller's, who may close it
    public static LoopDevice of(int file) throws LinuxException {
        var control = open(CONTROL);
        try {
            // Another process may take the free device first.
            for (int attempt = 1; ; attempt++) {
                var number = IOCTL_GET_FREE.call("LOOP_CTL_GET_FREE", control, LOOP_CTL_GET_FREE);
                var path = Path.of("/dev/loop" + number);
                try {
                    return attach(file, path);
                } catch (LinuxException e) {
                    if (attempt == ATTEMPTS || !BUSY.contains(e.errno())) {
                        throw e;
                    }
                }
            }
        } finally {
            Descriptors.close(control);
        }
    }

    /// Not with direct I/O: what a function writes and reads again stays in memory as long as there is room.
    private static LoopDevice attach(int file, Path path) throws LinuxException {
        var disk = open(path);
        try (var arena = Arena.ofConfined()) {
            var config = arena.allocate(CONFIG_SIZE, 8);
            config.set(ValueLayout.JAVA_INT, 0, file);
            config.set(ValueLayout.JAVA_INT, CONFIG_BLOCK_SIZE, BLOCK_SIZE);
            config.set(ValueLayout.JAVA_INT, CONFIG_FLAGS, AUTOCLEAR);
            IOCTL.call("LOOP_CONFIGURE " + path, disk, LOOP_CONFIGURE, config);
            return new LoopDevice(disk, path);
        } catch (LinuxException e) {
            Descriptors.close(disk);
            throw e;
        }
    }

    private static int open(Path path) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            return (int) OPEN.call(path.toString(), arena.allocateFrom(path.toString()), O_RDWR | O_CLOEXEC);
        }
    }

    /// A file system that is mounted from it keeps it.
    @Override
    public void close() {
        Descriptors.close(fd);
    }
}
