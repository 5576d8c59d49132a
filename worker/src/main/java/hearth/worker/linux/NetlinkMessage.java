package hearth.worker.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// One request of the kernel's routing protocol (`man 7 rtnetlink`): a header, a fixed part, attributes.
final class NetlinkMessage {
    private static final int CAPACITY = 1024;
    private static final int REQUEST = 0x1;
    private static final int ACKNOWLEDGE = 0x4;

    private final ByteBuffer bytes = ByteBuffer.allocate(CAPACITY).order(ByteOrder.nativeOrder());

    NetlinkMessage(int type, int flags) {
        bytes.putInt(0)
                .putShort((short) type)
                .putShort((short) (REQUEST | ACKNOWLEDGE | flags))
                .putInt(1)
                .putInt(0);
    }

    NetlinkMessage octets(int... values) {
        for (var value : values) {
            bytes.put((byte) value);
        }
        return this;
    }

    NetlinkMessage halves(int... values) {
        for (var value : values) {
            bytes.putShort((short) value);
        }
        return this;
    }

    NetlinkMessage words(int... values) {
        for (var value : values) {
            bytes.putInt(value);
        }
        return this;
    }

    NetlinkMessage attribute(int type, byte[] value) {
        return nested(type, () -> bytes.put(value));
    }

    NetlinkMessage attribute(int type, int value) {
        return nested(type, () -> bytes.putInt(value));
    }

    NetlinkMessage attribute(int type, String value) {
        return nested(
                type, () -> bytes.put(value.getBytes(StandardCharsets.US_ASCII)).put((byte) 0));
    }

    /// An attribute that is made of others. Each starts at a multiple of four.
    NetlinkMessage nested(int type, Runnable content) {
        var start = bytes.position();
        bytes.putShort((short) 0).putShort((short) type);
        content.run();
        bytes.putShort(start, (short) (bytes.position() - start));
        while (bytes.position() % 4 != 0) {
            bytes.put((byte) 0);
        }
        return this;
    }

    byte[] toBytes() {
        bytes.putInt(0, bytes.position());
        var copy = new byte[bytes.position()];
        bytes.get(0, copy);
        return copy;
    }
}
