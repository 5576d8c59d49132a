package hearth.worker.linux;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// File descriptors: made, read, written, watched and closed.
public final class Descriptors {
    private static final Logger log = System.getLogger(Descriptors.class.getName());

    private static final int O_RDONLY = 0;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    private static final int MFD_CLOEXEC = 1;
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int X_OK = 1;
    private static final short POLLIN = 1;
    private static final short POLLOUT = 4;

    private static final NativeCall PIPE2 = NativeCall.of("pipe2", "ipi");
    private static final NativeCall SOCKETPAIR = NativeCall.of("socketpair", "iiiip");
    private static final NativeCall MEMFD_CREATE = NativeCall.of("memfd_create", "ipi");
    private static final NativeCall OPEN = NativeCall.of("open", "ipi");
    private static final NativeCall ACCESS = NativeCall.of("access", "ipi");
    private static final NativeCall FCNTL = NativeCall.of("fcntl", "iiii");
    private static final NativeCall READ = NativeCall.of("read", "lipl");
    private static final NativeCall WRITE = NativeCall.of("write", "lipl");
    private static final NativeCall LSEEK = NativeCall.of("lseek", "lili");
    private static final NativeCall POLL = NativeCall.of("poll", "ipli");
    private static final NativeCall CLOSE = NativeCall.of("close", "ii");

    private Descriptors() {}

    /// Two ends of one thing. What is written to the one is read from the other.
    public record Pair(int reading, int writing) {}

    /// A pipe whose reading end does not block.
    public static Pair pipe() throws LinuxException {
        var pipe = pair(PIPE2, "", segment -> new Object[] {segment, O_CLOEXEC});
        nonBlocking(pipe.reading());
        return pipe;
    }

    /// Two connected sockets that keep messages apart; both ends read and write.
    public static Pair messageSockets() throws LinuxException {
        return pair(SOCKETPAIR, "", segment -> new Object[] {AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC, 0, segment});
    }

    /// Two connected sockets of a stream of bytes. Ours, the reading one, does not block.
    public static Pair streamSockets() throws LinuxException {
        var sockets = pair(SOCKETPAIR, "", segment -> new Object[] {AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, segment});
        nonBlocking(sockets.reading());
        return sockets;
    }

    /// A file in memory, without a name, that holds these bytes, to be read from its beginning.
    public static int memoryFile(byte[] content) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var fd = (int) MEMFD_CREATE.call("", arena.allocateFrom("hearth"), MFD_CLOEXEC);
            try {
                for (var written = 0; written < content.length; ) {
                    written += write(fd, content, written, content.length - written);
                }
                LSEEK.call("", fd, 0L, 0);
                return fd;
            } catch (LinuxException e) {
                close(fd);
                throw e;
            }
        }
    }

    /// Opens for reading. Of a namespace file such as `/proc/PID/ns/mnt`, the descriptor keeps the namespace alive.
    public static int open(Path path) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            return (int) OPEN.call(path.toString(), arena.allocateFrom(path.toString()), O_RDONLY | O_CLOEXEC);
        }
    }

    /// Fails as running the file would, if there is none or it may not be run.
    public static void requireExecutable(Path path) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            ACCESS.call(path.toString(), arena.allocateFrom(path.toString()), X_OK);
        }
    }

    /// Another descriptor of the same file.
    public static int duplicate(int fd) throws LinuxException {
        return (int) FCNTL.call("F_DUPFD_CLOEXEC", fd, F_DUPFD_CLOEXEC, 0);
    }

    public static void nonBlocking(int fd) throws LinuxException {
        var flags = (int) FCNTL.call("F_GETFL", fd, F_GETFL, 0);
        FCNTL.call("F_SETFL", fd, F_SETFL, flags | O_NONBLOCK);
    }

    /// @return how many bytes, 0 at the end. A descriptor that would block throws `EAGAIN`.
    public static int read(int fd, byte[] into) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(into.length);
            var length = (int) READ.call("", fd, buffer, (long) into.length);
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, into, 0, length);
            return length;
        }
    }

    /// @return how many bytes were taken
    public static int write(int fd, byte[] from, int offset, int length) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(length);
            MemorySegment.copy(from, offset, buffer, ValueLayout.JAVA_BYTE, 0, length);
            return (int) WRITE.call("", fd, buffer, (long) length);
        }
    }

    /// Blocks until the descriptor can be read or has ended.
    ///
    /// @return whether that came before the time was over
    public static boolean awaitReadable(int fd, int milliseconds) throws LinuxException {
        return await(fd, POLLIN, milliseconds);
    }

    /// As `awaitReadable`, until something can be written, or never will be.
    public static boolean awaitWritable(int fd, int milliseconds) throws LinuxException {
        return await(fd, POLLOUT, milliseconds);
    }

    /// A signal that is handled on this thread meanwhile changes nothing.
    private static boolean await(int fd, short what, int milliseconds) throws LinuxException {
        var deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        try (var arena = Arena.ofConfined()) {
            var polled = arena.allocate(8, 4);
            polled.set(ValueLayout.JAVA_INT, 0, fd);
            polled.set(ValueLayout.JAVA_SHORT, 4, what);
            for (var left = milliseconds; ; left = left(milliseconds, deadline)) {
                try {
                    return POLL.call("", polled, 1L, left) > 0;
                } catch (LinuxException e) {
                    if (!e.is("EINTR")) {
                        throw e;
                    }
                }
            }
        }
    }

    private static int left(int milliseconds, long deadline) {
        return milliseconds < 0
                ? milliseconds
                : (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
    }

    /// A descriptor that is wrong is a bug worth a line in the log; the caller could do nothing about it.
    public static void close(int fd) {
        try {
            CLOSE.call("", fd);
        } catch (LinuxException e) {
            log.log(Level.WARNING, "closing descriptor " + fd, e);
        }
    }

    private interface Arguments {
        Object[] with(MemorySegment segment);
    }

    private static Pair pair(NativeCall call, String about, Arguments arguments) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var fds = arena.allocate(8, 4);
            call.call(about, arguments.with(fds));
            return new Pair(fds.get(ValueLayout.JAVA_INT, 0), fds.get(ValueLayout.JAVA_INT, 4));
        }
    }
}
