package hearth.worker.runtimeapi;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// Gathers a request's body up to the limit of a response. Memory grows with what has arrived, never with what
/// was announced.
final class BodyCollector implements BodySink {
    private static final int SMALL = 1 << 10;
    private static final int FIRST = 64 << 10;
    private static final byte[] NONE = {};

    private final int capacity;
    private byte[] bytes;
    private int size;
    private boolean overflown;

    /// @param announced the length if known, or -1
    BodyCollector(long announced) {
        overflown = announced > RuntimeAnswer.MAX_RESPONSE;
        capacity = (int) (announced < 0 || overflown ? RuntimeAnswer.MAX_RESPONSE : announced);
        bytes = overflown ? NONE : new byte[announced < 0 ? SMALL : Math.min(capacity, FIRST)];
    }

    @Override
    public boolean overflown() {
        return overflown;
    }

    @Override
    public boolean add(ByteBuf in, int length) {
        if (overflown || length > RuntimeAnswer.MAX_RESPONSE - size) {
            overflown = true;
            bytes = NONE;
            size = 0;
            in.skipBytes(length);
            return true;
        }
        if (size + length > bytes.length) {
            int wanted = Math.max(size + length, Math.min(bytes.length * 2, capacity));
            bytes = Arrays.copyOf(bytes, wanted);
        }
        in.readBytes(bytes, size, length);
        size += length;
        return true;
    }

    @Override
    public long limit() {
        return RuntimeAnswer.MAX_RESPONSE;
    }

    /// The whole body. Nothing may be added after.
    byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}
