package hearth.worker.runtimeapi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/// The bytes that have arrived on a connection and were not looked at yet.
final class UnreadBytes {
    /// How much may lie here while a connection is held up, before reading stops.
    private static final int MOST = 64 << 10;

    private @Nullable ByteBuf buffer;

    void add(ByteBuf arrived, ByteBufAllocator allocator) {
        buffer = buffer == null ? arrived : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, buffer, arrived);
    }

    /// To be read from.
    ByteBuf buffer() {
        return buffer == null ? Unpooled.EMPTY_BUFFER : buffer;
    }

    boolean areMany() {
        return buffer().readableBytes() >= MOST;
    }

    int memory() {
        return buffer == null ? 0 : buffer.capacity();
    }

    /// Lets go of the buffer, if all of it was read.
    void tidy() {
        if (buffer != null && !buffer.isReadable()) {
            drop();
        }
    }

    void drop() {
        if (buffer != null) {
            buffer.release();
            buffer = null;
        }
    }
}
