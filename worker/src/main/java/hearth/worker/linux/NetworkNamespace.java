package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/// A network namespace that has no name: it lives as long as a descriptor or a process holds it.
///
/// @param fd of the namespace
public record NetworkNamespace(int fd) implements AutoCloseable {
    private static final Path OWN = Path.of("/proc/thread-self/ns/net");
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int BACKLOG = 128;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final short IFF_UP = 1;
    private static final int IFREQ_SIZE = 40;
    private static final int IFREQ_FLAGS = 16;
    private static final int SOCKADDR_SIZE = 16;
    private static final int LOOPBACK = 0x7f000001;

    private static final NativeCall UNSHARE = NativeCall.of("unshare", "ii");
    private static final NativeCall SETNS = NativeCall.of("setns", "iii");
    private static final NativeCall SOCKET = NativeCall.of("socket", "iiii");
    private static final NativeCall SETSOCKOPT = NativeCall.of("setsockopt", "iiiipi");
    private static final NativeCall BIND = NativeCall.of("bind", "iipi");
    private static final NativeCall LISTEN = NativeCall.of("listen", "iii");
    private static final NativeCall IOCTL = NativeCall.of("ioctl", "iilp");
    private static final NativeCall GETSOCKNAME = NativeCall.of("getsockname", "iipp");

    /// Makes a namespace whose only interface, `lo`, is up.
    public static NetworkNamespace create() throws LinuxException {
        return OwnThread.run("network-namespace", () -> {
            UNSHARE.call("CLONE_NEWNET", CLONE_NEWNET);
            var namespace = new NetworkNamespace(Descriptors.open(OWN));
            try {
                bringLoopbackUp();
                return namespace;
            } catch (LinuxException e) {
                namespace.close();
                throw e;
            }
        });
    }

    /// Runs something inside the namespace, on a thread that ends afterwards.
    public <T> T call(Action<T> action) throws LinuxException {
        return OwnThread.run("network-namespace", () -> {
            SETNS.call("network namespace", fd, CLONE_NEWNET);
            return action.run();
        });
    }

    /// A listening, non-blocking socket at 127.0.0.1 in the namespace of this thread.
    ///
    /// @param port 0 for any that is free
    public static int listen(int port) throws LinuxException {
        return listen(LOOPBACK, port);
    }

    /// As the other, at another address.
    ///
    /// @param address IPv4
    public static int listen(InetSocketAddress address) throws LinuxException {
        var number = ByteBuffer.wrap(address.getAddress().getAddress()).getInt();
        return listen(number, address.getPort());
    }

    private static int listen(int address, int port) throws LinuxException {
        var socket = (int) SOCKET.call("", AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        try (var arena = Arena.ofConfined()) {
            SETSOCKOPT.call(
                    "SO_REUSEADDR", socket, SOL_SOCKET, SO_REUSEADDR, arena.allocateFrom(ValueLayout.JAVA_INT, 1), 4);
            BIND.call(text(address, port), socket, address(arena, address, port), SOCKADDR_SIZE);
            LISTEN.call("", socket, BACKLOG);
            return socket;
        } catch (LinuxException e) {
            Descriptors.close(socket);
            throw e;
        }
    }

    /// The port that a socket is bound to.
    public static int port(int socket) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(SOCKADDR_SIZE, 4);
            GETSOCKNAME.call("", socket, address, arena.allocateFrom(ValueLayout.JAVA_INT, SOCKADDR_SIZE));
            return Short.toUnsignedInt(address.get(ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2));
        }
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }

    /// What to do inside a namespace.
    public interface Action<T> {
        T run() throws LinuxException;
    }

    private static MemorySegment address(Arena arena, int address, int port) {
        var segment = arena.allocate(SOCKADDR_SIZE, 4);
        segment.set(ValueLayout.JAVA_SHORT, 0, (short) AF_INET);
        segment.set(ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) port);
        segment.set(ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN), 4, address);
        return segment;
    }

    private static String text(int address, int port) {
        return "%d.%d.%d.%d:%d"
                .formatted(address >>> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff, port);
    }

    private static void bringLoopbackUp() throws LinuxException {
        var socket = (int) SOCKET.call("", AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        try (var arena = Arena.ofConfined()) {
            var request = arena.allocate(IFREQ_SIZE, 8);
            request.setString(0, "lo");
            IOCTL.call("SIOCGIFFLAGS", socket, SIOCGIFFLAGS, request);
            var flags = request.get(ValueLayout.JAVA_SHORT, IFREQ_FLAGS);
            request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, (short) (flags | IFF_UP));
            IOCTL.call("SIOCSIFFLAGS", socket, SIOCSIFFLAGS, request);
        } finally {
            Descriptors.close(socket);
        }
    }
}
