package hearth.worker.runtimeapi;

import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/// The `next` of a connection that is not answered whole: it waits for its event, or the event is on its way piece by
/// piece.
final class OpenNext {
    private boolean waits;
    private @Nullable EventSender sending;

    boolean isWaiting() {
        return waits;
    }

    /// Whether an event is on its way that the runtime has not taken whole.
    boolean isSending() {
        return sending != null;
    }

    /// One has arrived.
    void begin() {
        waits = true;
    }

    void refused() {
        waits = false;
    }

    /// Writes its event.
    ///
    /// @param sent called later, when the runtime has taken all of a large one
    /// @return whether it was written whole, and is to be flushed
    boolean answer(InvocationEvent event, ChannelHandlerContext context, Runnable sent) {
        waits = false;
        int length = event.payload().length;
        if (length > EventSender.PIECE) {
            sending = new EventSender(event, context, () -> {
                sending = null;
                sent.run();
            });
            sending.start();
            return false;
        }
        var _ = context.write(event.encode(context.alloc(), length), context.voidPromise());
        return true;
    }
}
