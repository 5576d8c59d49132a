package hearth.link.wire;

import hearth.link.message.MalformedMessageException;
import hearth.model.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Puts messages together that come in parts. The peer sends no part of a long one before there is memory for all
/// of it, so that no two that are half there ever wait for each other, and the connection is always read.
///
/// On the connection's loop alone, but for what memory calls.
final class Inbox implements AutoCloseable {
    /// The longest message: far more than an event or an answer may have.
    static final int MOST = 64 << 20;

    /// More than ever come at once from a peer that keeps the rules.
    private static final int MOST_AT_ONCE = 1 << 14;

    private final MemoryBudget budget;
    private final IntConsumer granted;
    private final Map<Integer, Arriving> arriving = new HashMap<>();

    /// @param granted told, by any thread, that there is memory for the message of a number, which was waited for
    Inbox(MemoryBudget budget, IntConsumer granted) {
        this.budget = budget;
        this.granted = granted;
    }

    /// A message that is not whole yet.
    private final class Arriving {
        private final int length;
        private long taken;
        private MemoryBudget.@Nullable Waiting waiting;
        private @Nullable ByteBuf bytes;

        Arriving(int length) {
            this.length = length;
        }

        void release() {
            if (waiting == null || !waiting.cancel()) {
                budget.giveBack(taken);
            }
            taken = 0;
        }
    }

    /// A message that has come whole. It counts as memory until it is closed.
    record Arrived(ByteBuf bytes, Runnable release) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    /// @return whether the peer may go on with it now; else it is to be told when `granted` is
    boolean begin(int number, int length) {
        if (length < 1 || length > MOST) {
            throw new MalformedMessageException("a message of " + length + " bytes is longer than " + MOST);
        }
        if (arriving.size() >= MOST_AT_ONCE) {
            throw new MalformedMessageException("more than " + MOST_AT_ONCE + " messages come at once");
        }
        var message = new Arriving(length);
        if (arriving.putIfAbsent(number, message) != null) {
            throw new MalformedMessageException("message " + number + " begins twice");
        }
        if (length <= Outbox.UNASKED || length > budget.largest().count()) {
            // The one is little; the other would wait for ever.
            budget.hold(length);
            message.taken = length;
            message.bytes = Unpooled.buffer(length, length);
            return true;
        }
        message.taken = length;
        var wait = budget.takeOrWait(length, 0, () -> granted.accept(number));
        wait.ifPresent(waiting -> message.waiting = waiting);
        return wait.isEmpty() && grant(number);
    }

    /// There is memory for it.
    ///
    /// @return false when it is not awaited any more
    boolean grant(int number) {
        var message = arriving.get(number);
        if (message == null) {
            return false;
        }
        message.waiting = null;
        message.bytes = Unpooled.buffer(message.length, message.length);
        return true;
    }

    /// @return the message, if this was its last part
    @Nullable
    Arrived add(int number, ByteBuf part) {
        var message = arriving.get(number);
        if (message == null || message.bytes == null) {
            throw new MalformedMessageException("a part comes of message " + number + ", which is not expected");
        }
        if (part.readableBytes() > message.bytes.writableBytes()) {
            throw new MalformedMessageException("message " + number + " is longer than it was to be");
        }
        message.bytes.writeBytes(part);
        if (message.bytes.isWritable()) {
            return null;
        }
        arriving.remove(number);
        return new Arrived(message.bytes, message::release);
    }

    @Override
    public void close() {
        arriving.values().forEach(Arriving::release);
        arriving.clear();
    }
}
