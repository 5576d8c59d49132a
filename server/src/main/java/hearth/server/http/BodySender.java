package hearth.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Sends a body piece by piece as somebody else makes it: in chunks (RFC 9112 section 7.1), or to a client of
/// HTTP/1.0 as it is, up to the end of the connection.
///
/// Once the client is gone, what still comes is thrown away.
final class BodySender implements AnswerSender, StreamedBody {
    /// What a chunk has around it, at most.
    private static final int FRAME = 16;

    private static final byte[] LAST_CHUNK = {'0', '\r', '\n', '\r', '\n'};

    private final Connection connection;
    private @Nullable Channel channel;
    private boolean chunked;
    /// Whether the last piece is on its way, perhaps behind another.
    private boolean ending;
    private Consumer<AnswerProgress> progress = _ -> {};
    private Runnable onEnd = () -> {};

    BodySender(Connection connection) {
        this.connection = connection;
    }

    /// @param action run once when no more comes, whether the client is still there or not
    void onEnd(Runnable action) {
        onEnd = action;
    }

    /// Until this is called, as after `close`, all that comes is thrown away.
    void start(Channel channel, boolean chunked, Consumer<AnswerProgress> progress) {
        this.channel = channel;
        this.chunked = chunked;
        this.progress = progress;
    }

    @Override
    public void write(byte[] piece, Runnable taken) {
        connection.onEventLoop(() -> send(piece, taken));
    }

    @Override
    public void end(byte[] piece) {
        connection.onEventLoop(() -> sendLast(piece));
    }

    @Override
    public void breakOff() {
        connection.onEventLoop(() -> {
            onEnd.run();
            if (channel != null) {
                ending = true;
                progress.accept(AnswerProgress.SENDING);
                var _ = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
                    if (channel != null) {
                        progress.accept(AnswerProgress.FAILED);
                    }
                });
            }
        });
    }

    /// Unknown before the end.
    @Override
    public long left() {
        return 0;
    }

    private void send(byte[] piece, Runnable taken) {
        if (channel == null) {
            taken.run();
        } else {
            send(channel, framed(piece, channel.alloc()), AnswerProgress.WAITING, taken);
        }
    }

    private void sendLast(byte[] piece) {
        onEnd.run();
        if (channel != null) {
            ending = true;
            var last = framed(piece, channel.alloc());
            send(
                    channel,
                    chunked ? Unpooled.wrappedBuffer(last, Unpooled.wrappedBuffer(LAST_CHUNK)) : last,
                    AnswerProgress.WHOLE,
                    () -> {});
        }
    }

    private void send(Channel to, ByteBuf bytes, AnswerProgress onceSent, Runnable taken) {
        progress.accept(AnswerProgress.SENDING);
        var _ = to.writeAndFlush(bytes).addListener(written -> {
            boolean goesOn = ending && onceSent == AnswerProgress.WAITING && written.isSuccess();
            if (channel != null && !goesOn) {
                progress.accept(written.isSuccess() ? onceSent : AnswerProgress.FAILED);
            }
            taken.run();
        });
    }

    private ByteBuf framed(byte[] piece, ByteBufAllocator allocator) {
        if (!chunked || piece.length == 0) {
            return Unpooled.wrappedBuffer(piece);
        }
        var chunk = allocator.buffer(piece.length + FRAME);
        ByteBufUtil.writeAscii(chunk, Integer.toHexString(piece.length));
        return chunk.writeShort('\r' << 8 | '\n').writeBytes(piece).writeShort('\r' << 8 | '\n');
    }

    @Override
    public void close() {
        channel = null;
    }
}
