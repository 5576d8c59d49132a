package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/// A network interface whose cable is a descriptor: what is sent to it is read there, frame by frame
/// (Documentation/networking/tuntap.rst). It goes with its last descriptor.
///
/// @param fd to read and write frames
public record TapDevice(int fd, String name) implements AutoCloseable {
    private static final String CLONES = "/dev/net/tun";
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final long TUNSETIFF = 0x400454ca;
    private static final long TUNSETPERSIST = 0x400454cb;
    private static final long TUNSETOWNER = 0x400454cc;
    private static final short IFF_TAP = 2;
    private static final short IFF_NO_PI = 0x1000;
    private static final int IFREQ_SIZE = 40;
    private static final int IFREQ_FLAGS = 16;

    private static final NativeCall OPEN = NativeCall.of("open", "ipi");
    private static final NativeCall IOCTL = NativeCall.of("ioctl", "iilp");
    private static final NativeCall IOCTL_NUMBER = NativeCall.of("ioctl", "iili");

    /// Makes one in the network namespace of the calling thread.
    public static TapDevice make(String name) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var fd = (int) OPEN.call(CLONES, arena.allocateFrom(CLONES), O_RDWR | O_CLOEXEC);
            var request = arena.allocate(IFREQ_SIZE, 8);
            request.setString(0, name);
            request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, (short) (IFF_TAP | IFF_NO_PI));
            try {
                IOCTL.call("TUNSETIFF", fd, TUNSETIFF, request);
                return new TapDevice(fd, name);
            } catch (LinuxException e) {
                Descriptors.close(fd);
                throw e;
            }
        }
    }

    /// Makes one in the network namespace of the calling thread, for a user who will open it by its name. It stays as
    /// long as its namespace does.
    public static void makeFor(String name, int uid) throws LinuxException {
        try (var tap = make(name)) {
            IOCTL_NUMBER.call("TUNSETOWNER", tap.fd, TUNSETOWNER, uid);
            IOCTL_NUMBER.call("TUNSETPERSIST", tap.fd, TUNSETPERSIST, 1);
        }
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }
}
