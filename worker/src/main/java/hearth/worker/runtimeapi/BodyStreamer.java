package hearth.worker.runtimeapi;

import hearth.model.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// Passes a body on while it arrives.
///
/// What arrives while a piece is on its way makes the next one, so that a function that writes word by word does
/// not cost a message a word when its caller is slow, and no more than two pieces are ever in memory. With little
/// memory left, pieces are smaller, and none ever waits for memory.
final class BodyStreamer implements BodySink {
    /// How much a piece may have.
    static final int PIECE = 64 << 10;

    private static final int FIRST = 1 << 10;

    private final PieceSink stream;
    private final long limit;
    private final MemoryBudget budget;
    private final Runnable onRoom;
    private byte[] gathered = new byte[FIRST];
    /// For what is gathered, and as much again for the piece on its way.
    private long taken = 2 * FIRST;

    private boolean mayNotGrow;
    private int size;
    private long total;
    private boolean onItsWay;
    private boolean overflown;

    /// @param stream whose pieces are taken on the environment's event loop
    /// @param limit the most bytes that an answer may have
    /// @param onRoom called when a piece was taken
    BodyStreamer(PieceSink stream, long limit, MemoryBudget budget, Runnable onRoom) {
        this.stream = stream;
        this.limit = limit;
        this.budget = budget;
        this.onRoom = onRoom;
        budget.hold(taken);
    }

    @Override
    public boolean add(ByteBuf in, int length) {
        if (overflown || length > limit - total) {
            overflown = true;
            in.skipBytes(length);
            return true;
        }
        int wanted = Math.min(length, PIECE - size);
        if (size + wanted > gathered.length && !mayNotGrow) {
            grow(Math.clamp(2L * gathered.length, size + wanted, PIECE));
        }
        int count = Math.min(wanted, gathered.length - size);
        in.readBytes(gathered, size, count);
        size += count;
        total += count;
        return !isFull();
    }

    private void grow(int capacity) {
        long more = 2L * (capacity - gathered.length);
        if (budget.take(more, taken)) {
            taken += more;
            gathered = Arrays.copyOf(gathered, capacity);
        } else {
            mayNotGrow = true;
        }
    }

    @Override
    public boolean overflown() {
        return overflown;
    }

    @Override
    public long limit() {
        return limit;
    }

    long total() {
        return total;
    }

    /// Sends off what has been gathered, if the last piece was taken.
    ///
    /// @return whether that made room where there was none
    boolean push() {
        boolean full = isFull();
        if (onItsWay || size == 0) {
            return false;
        }
        onItsWay = true;
        var piece = Arrays.copyOf(gathered, size);
        size = 0;
        mayNotGrow = false;
        stream.write(piece, this::taken);
        return full;
    }

    @Override
    public boolean isFull() {
        return size == (mayNotGrow ? gathered.length : PIECE);
    }

    @Override
    public void release() {
        budget.giveBack(taken);
        taken = 0;
    }

    /// Whether everything that was added has been taken.
    boolean isDrained() {
        return !onItsWay && size == 0;
    }

    private void taken() {
        onItsWay = false;
        onRoom.run();
    }
}
