package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// Files that are mostly holes, such as the images of empty file systems.
public final class SparseFiles {
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_DIRECTORY = System.getProperty("os.arch").equals("aarch64")
            ? 0x4000
            : 0x10000; // of all flags here, the one that differs
    private static final int O_TMPFILE = 0x400000 | O_DIRECTORY;
    private static final int OWNER_ONLY = 0600;
    private static final int SEEK_END = 2;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int EIO = 5;
    private static final int PIECE = 64 << 10;

    private static final NativeCall OPEN = NativeCall.of("open", "ipii");
    private static final NativeCall FTRUNCATE = NativeCall.of("ftruncate", "iil");
    private static final NativeCall LSEEK = NativeCall.of("lseek", "lili");
    private static final NativeCall PREAD = NativeCall.of("pread", "lipll");
    private static final NativeCall PWRITE = NativeCall.of("pwrite", "lipll");

    private SparseFiles() {}

    /// A file that is one hole and has no name: it is gone with its last descriptor.
    public static int nameless(Path directory, long size) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var file = (int) OPEN.call(
                    "in " + directory,
                    arena.allocateFrom(directory.toString()),
                    O_TMPFILE | O_RDWR | O_CLOEXEC,
                    OWNER_ONLY);
            try {
                FTRUNCATE.call("", file, size);
                return file;
            } catch (LinuxException e) {
                Descriptors.close(file);
                throw e;
            }
        }
    }

    /// Writes what the one has besides holes to the same places of the other.
    public static void copyData(int from, int to) throws LinuxException {
        var size = LSEEK.call("SEEK_END", from, 0L, SEEK_END);
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(PIECE);
            for (long hole = 0; hole < size; ) {
                var data = LSEEK.call("SEEK_DATA", from, hole, SEEK_DATA);
                hole = LSEEK.call("SEEK_HOLE", from, data, SEEK_HOLE);
                copy(from, to, data, hole, buffer);
            }
        } catch (LinuxException e) {
            // There is nothing but a hole until the end.
            if (!e.is("ENXIO")) {
                throw e;
            }
        }
    }

    private static void copy(int from, int to, long start, long end, MemorySegment buffer) throws LinuxException {
        for (var at = start; at < end; ) {
            var length = PREAD.call("", from, buffer, Math.min(PIECE, end - at), at);
            if (length == 0) {
                throw new LinuxException("the file ended at %d, before %d".formatted(at, end), EIO);
            }
            at += PWRITE.call("", to, buffer, length, at);
        }
    }
}
