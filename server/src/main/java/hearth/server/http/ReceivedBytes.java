package hearth.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.ByteToMessageDecoder;

/// The bytes that a client has sent and nobody has read: a part of a request, or requests sent ahead while one is being
/// answered.
///
/// Used on the connection's event loop only.
final class ReceivedBytes {
    /// Pipelined bytes that are kept while a request is being answered.
    private static final int READ_AHEAD = 64 << 10;

    private final Channel channel;
    private final ConnectionMemory memory;
    private ByteBuf unread = Unpooled.EMPTY_BUFFER;
    private boolean ended;
    private boolean incomplete;

    ReceivedBytes(Channel channel, ConnectionMemory memory) {
        this.channel = channel;
        this.memory = memory;
    }

    void add(ByteBufAllocator allocator, ByteBuf in) {
        if (unread.isReadable()) {
            unread = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, unread, in);
        } else {
            unread.release();
            unread = in;
        }
    }

    ByteBuf unread() {
        return unread;
    }

    boolean isEmpty() {
        return !unread.isReadable();
    }

    void drop() {
        unread.release();
        unread = Unpooled.EMPTY_BUFFER;
    }

    /// The client has closed its side.
    void end() {
        ended = true;
    }

    boolean isEnded() {
        return ended;
    }

    /// Whether another request may come, or is here. None can be read once something of what was sent ahead is lost.
    boolean mayHoldAnother() {
        return !incomplete && !(ended && isEmpty());
    }

    /// Counts the memory of what is sent ahead. Where there is no room for it, it is thrown away, and the connection
    /// is to end with the answer.
    ///
    /// @param ahead whether a request is in hand, so that nobody reads these bytes
    /// @return false when they were thrown away
    boolean count(boolean ahead) {
        if (memory.takeAhead(ahead ? unread.capacity() : 0)) {
            return true;
        }
        drop();
        incomplete = true;
        return false;
    }

    /// Whether there is room for more that is sent ahead.
    boolean hasRoomAhead() {
        return unread.readableBytes() < READ_AHEAD;
    }

    /// Has the channel read more, or not. Once the end has come there is nothing more to read.
    void read(boolean on) {
        if (!ended) {
            channel.config().setAutoRead(on);
        }
    }
}
