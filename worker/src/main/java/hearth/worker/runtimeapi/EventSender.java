package hearth.worker.runtimeapi;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;

/// Sends an event whose payload is large, piece by piece: when the kernel has taken one, the next is copied out
/// of the payload. So a runtime that does not read its event holds no second copy of it in memory.
///
/// Used on the environment's event loop only.
final class EventSender {
    /// Events with no more of a payload are sent in one write.
    static final int PIECE = 64 << 10;

    private final InvocationEvent event;
    private final ChannelHandlerContext context;
    private final Runnable whenSent;
    private int sent;

    /// @param whenSent called when the kernel has taken all; never, if the connection breaks
    EventSender(InvocationEvent event, ChannelHandlerContext context, Runnable whenSent) {
        this.event = event;
        this.context = context;
        this.whenSent = whenSent;
    }

    void start() {
        send(event.encode(context.alloc(), PIECE), PIECE);
    }

    private void send(ByteBuf piece, int payloadBytes) {
        sent += payloadBytes;
        var _ = context.writeAndFlush(piece).addListener((ChannelFuture taken) -> {
            if (taken.isSuccess()) {
                try {
                    next();
                } catch (RuntimeException | Error e) {
                    // Netty would log what a listener throws, and tell nobody who waits.
                    context.pipeline().fireExceptionCaught(e);
                }
            }
        });
    }

    private void next() {
        var payload = event.payload();
        if (sent == payload.length) {
            whenSent.run();
            return;
        }
        int length = Math.min(PIECE, payload.length - sent);
        send(context.alloc().directBuffer(length).writeBytes(payload, sent, length), length);
    }
}
