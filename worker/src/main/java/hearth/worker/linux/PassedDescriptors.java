package hearth.worker.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/// Descriptors that are handed to another process over a Unix socket (unix(7), `SCM_RIGHTS`).
public final class PassedDescriptors {
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_NOSIGNAL = 0x4000;

    /// `struct msghdr`: name, its length, pieces, how many, control, its length, flags.
    private static final int MESSAGE = 56;
    private static final int MESSAGE_PIECES = 16;
    private static final int MESSAGE_PIECE_COUNT = 24;
    private static final int MESSAGE_CONTROL = 32;
    private static final int MESSAGE_CONTROL_LENGTH = 40;
    private static final int PIECE = 16;

    /// `struct cmsghdr`: its length with what follows, level, type; then the descriptor.
    private static final int CONTROL_LENGTH = 20;
    private static final int CONTROL_SPACE = 24;
    private static final int CONTROL_LEVEL = 8;
    private static final int CONTROL_TYPE = 12;
    private static final int CONTROL_DATA = 16;

    private static final NativeCall SENDMSG = NativeCall.of("sendmsg", "lipi");

    private PassedDescriptors() {}

    /// Sends bytes and with them one descriptor, of which the other side gets its own.
    ///
    /// @return how many of the bytes were taken; the descriptor went with the first
    public static int send(int socket, byte[] bytes, int descriptor) throws LinuxException {
        try (var arena = Arena.ofConfined()) {
            var content = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            var piece = arena.allocate(PIECE, Long.BYTES);
            piece.set(ValueLayout.ADDRESS, 0, content);
            piece.set(ValueLayout.JAVA_LONG, Long.BYTES, bytes.length);
            var control = arena.allocate(CONTROL_SPACE, Long.BYTES);
            control.set(ValueLayout.JAVA_LONG, 0, CONTROL_LENGTH);
            control.set(ValueLayout.JAVA_INT, CONTROL_LEVEL, SOL_SOCKET);
            control.set(ValueLayout.JAVA_INT, CONTROL_TYPE, SCM_RIGHTS);
            control.set(ValueLayout.JAVA_INT, CONTROL_DATA, descriptor);
            var message = arena.allocate(MESSAGE, Long.BYTES);
            message.set(ValueLayout.ADDRESS, MESSAGE_PIECES, piece);
            message.set(ValueLayout.JAVA_LONG, MESSAGE_PIECE_COUNT, 1);
            message.set(ValueLayout.ADDRESS, MESSAGE_CONTROL, control);
            message.set(ValueLayout.JAVA_LONG, MESSAGE_CONTROL_LENGTH, CONTROL_SPACE);
            return (int) SENDMSG.call("", socket, message, MSG_NOSIGNAL);
        }
    }
}
