package hearth.worker.runtimeapi;

import hearth.model.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Gathers a request's body up to the limit of a response.
///
/// A small body takes memory as it arrives. A large one first takes all that it may come to: the length that was
/// announced, or else the limit. Until there is room for that nothing more of it is read, and the function waits.
/// So no two answers that are half there ever wait for each other.
final class BodyCollector implements BodySink {
    private static final int FIRST = 1 << 10;
    private static final byte[] NONE = {};

    private final MemoryBudget budget;
    private final Room room;
    private final boolean announced;
    private final int capacity;
    private byte[] bytes = NONE;
    private int size;
    private long taken;
    private MemoryBudget.@Nullable Waiting waiting;
    private boolean released;
    private boolean overflown;

    /// Brings the news that there is memory to the environment's event loop.
    @FunctionalInterface
    interface Room {
        /// @param collected to be called on the event loop, before more is added
        void granted(Runnable collected);
    }

    /// @param length that was announced, or -1
    /// @param room called by any thread
    BodyCollector(long length, MemoryBudget budget, Room room) {
        this.budget = budget;
        this.room = room;
        announced = length >= 0;
        overflown = length > RuntimeAnswer.MAX_RESPONSE;
        capacity = (int) (announced && !overflown ? length : RuntimeAnswer.MAX_RESPONSE);
    }

    @Override
    public boolean overflown() {
        return overflown;
    }

    @Override
    public boolean add(ByteBuf in, int length) {
        if (overflown || length > RuntimeAnswer.MAX_RESPONSE - size) {
            overflown = true;
            release();
            in.skipBytes(length);
            return true;
        }
        boolean fits = size + length <= bytes.length || grow(size + length);
        int count = Math.min(length, bytes.length - size);
        in.readBytes(bytes, size, count);
        size += count;
        return fits;
    }

    private boolean grow(int needed) {
        if (waiting != null) {
            return false;
        }
        int doubled = announced ? capacity : Math.clamp(Math.max(FIRST, 2L * bytes.length), needed, capacity);
        int wanted = doubled <= MemoryBudget.SMALL ? doubled : capacity;
        if (wanted > taken) {
            long more = wanted - taken;
            var wait = budget.takeOrWait(more, taken, () -> room.granted(() -> granted(more)));
            if (wait.isPresent()) {
                waiting = wait.get();
                return false;
            }
            taken = wanted;
        }
        bytes = Arrays.copyOf(bytes, doubled);
        return true;
    }

    private void granted(long more) {
        waiting = null;
        if (released) {
            budget.giveBack(more);
        } else {
            taken += more;
        }
    }

    /// Whether it waits for memory.
    @Override
    public boolean isFull() {
        return waiting != null;
    }

    @Override
    public long limit() {
        return RuntimeAnswer.MAX_RESPONSE;
    }

    /// The whole body. Nothing may be added after.
    byte[] toBytes() {
        var whole = size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
        bytes = whole;
        budget.giveBack(taken - size);
        taken = size;
        return whole;
    }

    /// Leaves the memory that was taken for the body to the caller, who gives it back.
    long handOver() {
        long handed = taken;
        taken = 0;
        return handed;
    }

    @Override
    public void release() {
        released = true;
        if (waiting != null && waiting.cancel()) {
            waiting = null;
        }
        budget.giveBack(taken);
        taken = 0;
        bytes = NONE;
        size = 0;
    }
}
