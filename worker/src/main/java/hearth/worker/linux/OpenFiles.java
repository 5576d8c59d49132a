package hearth.worker.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/// Files that are known by a descriptor, as things that have a path.
public final class OpenFiles {
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_FOLLOW = 0x400;

    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int O_DIRECT = System.getProperty("os.arch").equals("aarch64") ? 0x10000 : 0x4000;

    private static final NativeCall FCNTL = NativeCall.of("fcntl", "iiil");
    private static final NativeCall LINKAT = NativeCall.of("linkat", "iipipi");

    private OpenFiles() {}

    /// A path of it that holds as long as the descriptor does.
    public static Path path(int file) {
        return Path.of("/proc/self/fd/" + file);
    }

    /// Gives a file a name, also one that never had any.
    ///
    /// @param name in the file system that the file is in
    public static void link(int file, Path name) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            LINKAT.call(
                    name.toString(),
                    AT_FDCWD,
                    arena.allocateFrom(path(file).toString()),
                    AT_FDCWD,
                    arena.allocateFrom(name.toString()),
                    AT_SYMLINK_FOLLOW);
        }
    }

    /// Whether what is written to it may go past the kernel's pages, which not every file system has.
    public static boolean canBeDirect(int file) throws LinuxException {
        var flags = FCNTL.call("F_GETFL", file, F_GETFL, 0L);
        try {
            FCNTL.call("O_DIRECT", file, F_SETFL, flags | O_DIRECT);
        } catch (LinuxException e) {
            if (e.is("EINVAL")) {
                return false;
            }
            throw e;
        }
        FCNTL.call("F_SETFL", file, F_SETFL, flags);
        return true;
    }

    /// Gives a file to a user and the group of the same number.
    public static void give(Path file, int uid) throws IOException {
        Files.setAttribute(file, "unix:uid", uid);
        Files.setAttribute(file, "unix:gid", uid);
    }

    /// In bytes.
    public static long size(int file) throws IOException {
        return Files.size(path(file));
    }
}
