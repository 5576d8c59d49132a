package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;

/// Stream sockets that have a place in the file system, as descriptors that do not block.
public final class UnixSockets {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int BACKLOG = 1;
    private static final int ADDRESS = 110;
    private static final int PATH = 2;

    private static final NativeCall SOCKET = NativeCall.of("socket", "iiii");
    private static final NativeCall BIND = NativeCall.of("bind", "iipi");
    private static final NativeCall LISTEN = NativeCall.of("listen", "iii");
    private static final NativeCall CONNECT = NativeCall.of("connect", "iipi");
    private static final NativeCall ACCEPT = NativeCall.of("accept4", "iippi");

    private UnixSockets() {}

    /// @param path which does not exist yet
    public static int listen(Path path) throws LinuxException {
        return socket(path, (socket, address) -> {
            BIND.call(path.toString(), socket, address, ADDRESS);
            LISTEN.call("", socket, BACKLOG);
        });
    }

    /// Connects at once or not at all: a listening socket takes connections before it is asked to.
    public static int connect(Path path) throws LinuxException {
        return socket(path, (socket, address) -> CONNECT.call(path.toString(), socket, address, ADDRESS));
    }

    /// The next connection of a listening socket.
    ///
    /// @return empty if none comes in time
    public static OptionalInt accept(int listening, Duration patience) throws LinuxException {
        if (!Descriptors.awaitReadable(listening, (int) patience.toMillis())) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(
                (int) ACCEPT.call("", listening, MemorySegment.NULL, MemorySegment.NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
    }

    private interface Use {
        void of(int socket, MemorySegment address) throws LinuxException;
    }

    private static int socket(Path path, Use use) throws LinuxException {
        // A path may be longer than an address has room for; one by a descriptor of its directory never is.
        var directory =
                Descriptors.open(Objects.requireNonNull(path.toAbsolutePath().getParent()));
        try (var arena = Arena.ofConfined()) {
            var socket = (int) SOCKET.call("", AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            try {
                use.of(socket, address(arena, "/proc/self/fd/%d/%s".formatted(directory, path.getFileName())));
                return socket;
            } catch (LinuxException | RuntimeException | Error e) {
                Descriptors.close(socket);
                throw e;
            }
        } finally {
            Descriptors.close(directory);
        }
    }

    private static MemorySegment address(Arena arena, String path) {
        var bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= ADDRESS - PATH) {
            throw new IllegalArgumentException("The name of a socket is too long: " + path);
        }
        var address = arena.allocate(ADDRESS, Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, PATH, bytes.length);
        return address;
    }
}
