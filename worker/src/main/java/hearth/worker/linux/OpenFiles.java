package hearth.worker.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/// Files that are known by a descriptor, as things that have a path.
public final class OpenFiles {
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_FOLLOW = 0x400;

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
