package hearth.worker.runtimeapi;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// Passes a body on while it arrives.
///
/// What arrives while a piece is on its way makes the next one, so that a function that writes word by word does
/// not cost a message a word when its caller is slow, and no more than two pieces are ever in memory.
final class BodyStreamer implements BodySink {
    /// How much a piece may have.
    static final int PIECE = 64 << 10;

    private static final int FIRST = 1 << 10;

    private final PieceSink stream;
    private final long limit;
    private final Runnable onRoom;
    private byte[] gathered = new byte[FIRST];
    private int size;
    private long total;
    private boolean onItsWay;
    private boolean overflown;

    /// @param stream whose pieces are taken on the environment's event loop
    /// @param limit the most bytes that an answer may have
    /// @param onRoom called when a piece was taken
    BodyStreamer(PieceSink stream, long limit, Runnable onRoom) {
        this.stream = stream;
        this.limit = limit;
        this.onRoom = onRoom;
    }

    @Override
    public boolean add(ByteBuf in, int length) {
        if (overflown || length > limit - total) {
            overflown = true;
            in.skipBytes(length);
            return true;
        }
        int count = Math.min(length, PIECE - size);
        if (size + count > gathered.length) {
            gathered = Arrays.copyOf(gathered, Math.clamp(2L * gathered.length, size + count, PIECE));
        }
        in.readBytes(gathered, size, count);
        size += count;
        total += count;
        return !isFull();
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
        stream.write(piece, this::taken);
        return full;
    }

    boolean isFull() {
        return size == PIECE;
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
