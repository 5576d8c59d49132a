package hearth.link.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/// The frames of a connection: the length of what follows, the kind, and the body.
final class Frame {
    /// A worker introduces itself.
    static final int HELLO = 1;

    /// The frontend takes it, in this version of the protocol; and the port of its API, 0 if there is none.
    static final int WELCOME = 2;

    /// The frontend does not take it, for this reason. The last frame.
    static final int REFUSED = 3;

    /// A message that is not cut.
    static final int WHOLE = 4;

    /// A message begins that is cut: its number, and its length.
    static final int BEGIN = 5;

    /// The next part of it: its number, and some of its bytes.
    static final int PART = 6;

    /// There is memory for a message of this number that waits for it.
    static final int GRANT = 7;

    /// Whoever sends this lives.
    static final int ALIVE = 8;

    /// The worker is about to stop: it is to be given nothing more, and ends what it has.
    static final int LEAVE = 9;

    /// The frontend has heard that, and begins nothing at the worker any more.
    static final int DISMISSED = 10;

    /// Length and kind.
    static final int HEADER = 5;

    /// The most that a frame may have behind its length: more than we ever send.
    static final int MOST = 32 << 10;

    private Frame() {}

    static ByteBuf of(int kind) {
        return Unpooled.buffer(HEADER).writeInt(1).writeByte(kind);
    }

    static ByteBuf of(int kind, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, MOST - 1);
        return Unpooled.buffer(HEADER + length)
                .writeInt(1 + length)
                .writeByte(kind)
                .writeBytes(bytes, 0, length);
    }

    static ByteBuf of(int kind, int number) {
        return Unpooled.buffer(HEADER + 4).writeInt(5).writeByte(kind).writeInt(number);
    }

    static ByteBuf of(int kind, int first, int second) {
        return Unpooled.buffer(HEADER + 8)
                .writeInt(9)
                .writeByte(kind)
                .writeInt(first)
                .writeInt(second);
    }

    /// @param bytes not copied
    static ByteBuf of(int kind, ByteBuf bytes) {
        var head = Unpooled.buffer(HEADER).writeInt(1 + bytes.readableBytes()).writeByte(kind);
        return Unpooled.wrappedBuffer(head, bytes);
    }

    /// @param bytes not copied
    static ByteBuf part(int message, ByteBuf bytes) {
        var head = Unpooled.buffer(HEADER + 4)
                .writeInt(5 + bytes.readableBytes())
                .writeByte(PART)
                .writeInt(message);
        return Unpooled.wrappedBuffer(head, bytes);
    }
}
