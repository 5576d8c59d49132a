package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/// A file system that is mounted and attached nowhere yet. Unless it gets attached before, it is gone with its last
/// descriptor.
///
/// The numbers are those of every architecture's unified system call table.
///
/// @param fd of its root
public record DetachedMount(int fd) implements AutoCloseable {
    private static final long FSOPEN = 430;
    private static final long FSCONFIG = 431;
    private static final long FSMOUNT = 432;
    private static final int CLOEXEC = 1;
    private static final int SET_FLAG = 0;
    private static final int SET_STRING = 1;
    private static final int CREATE = 6;
    private static final int NOSUID_NODEV_NOATIME = 2 | 4 | 0x10;

    private static final NativeCall SYSCALL_FSOPEN = NativeCall.of("syscall", "llpi");
    private static final NativeCall SYSCALL_FSCONFIG = NativeCall.of("syscall", "lliippi");
    private static final NativeCall SYSCALL_FSMOUNT = NativeCall.of("syscall", "lliii");

    /// Mounts it without setuid programs, devices and times of access.
    ///
    /// @param options those without a value have an empty one
    public static DetachedMount of(String type, Path source, Map<String, String> options) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var context = (int) SYSCALL_FSOPEN.call("fsopen " + type, FSOPEN, arena.allocateFrom(type), CLOEXEC);
            try {
                set(context, "source", source.toString(), arena);
                for (var option : options.entrySet()) {
                    set(context, option.getKey(), option.getValue(), arena);
                }
                configure("mounting " + source, context, CREATE, MemorySegment.NULL, MemorySegment.NULL);
                return new DetachedMount((int)
                        SYSCALL_FSMOUNT.call("fsmount " + source, FSMOUNT, context, CLOEXEC, NOSUID_NODEV_NOATIME));
            } finally {
                Descriptors.close(context);
            }
        }
    }

    private static void set(int context, String key, String value, Arena arena) throws LinuxException {
        if (value.isEmpty()) {
            configure(key, context, SET_FLAG, arena.allocateFrom(key), MemorySegment.NULL);
        } else {
            configure(key, context, SET_STRING, arena.allocateFrom(key), arena.allocateFrom(value));
        }
    }

    private static void configure(String about, int context, int command, MemorySegment key, MemorySegment value)
            throws LinuxException {
        SYSCALL_FSCONFIG.call(about, FSCONFIG, context, command, key, value, 0);
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }
}
