package hearth.server.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/// Collects one request's body. Memory follows the bytes that came, not those that were announced.
final class BodyReader {
    /// What became of the bytes that were read.
    enum Progress {
        AWAITS_MORE,
        COMPLETE,
        /// The body is larger than its operation allows.
        TOO_LARGE,
        /// The bodies of all requests together take all the memory that they may.
        NO_MEMORY
    }

    private static final int FIRST_BUFFER = 64 << 10;

    private final ChunkFraming framing;
    private final int limit;
    private final BodyBudget budget;
    private byte[] bytes = new byte[0];
    private int count;
    private long taken;

    private BodyReader(ChunkFraming framing, int limit, BodyBudget budget) {
        this.framing = framing;
        this.limit = limit;
        this.budget = budget;
    }

    static BodyReader ofLength(long length, int limit, BodyBudget budget) {
        return new BodyReader(ChunkFraming.single(length), limit, budget);
    }

    static BodyReader chunked(int limit, BodyBudget budget) {
        return new BodyReader(ChunkFraming.chunked(), limit, budget);
    }

    Progress read(ByteBuf in) throws MalformedRequestException {
        while (true) {
            long chunkLeft = framing.advance(in);
            if (framing.isComplete()) {
                return Progress.COMPLETE;
            }
            if (chunkLeft == 0) {
                return Progress.AWAITS_MORE;
            }
            if (chunkLeft > limit - count) {
                return Progress.TOO_LARGE;
            }
            int length = (int) Math.min(chunkLeft, in.readableBytes());
            if (length == 0) {
                return Progress.AWAITS_MORE;
            }
            if (!makeRoom(length, (int) chunkLeft)) {
                return Progress.NO_MEMORY;
            }
            in.readBytes(bytes, count, length);
            count += length;
            framing.consumed(length);
        }
    }

    private boolean makeRoom(int length, int chunkLeft) {
        int needed = count + length;
        if (needed <= bytes.length) {
            return true;
        }
        int announced = count + chunkLeft;
        int grown = announced <= FIRST_BUFFER ? announced : Math.max(FIRST_BUFFER, bytes.length * 2);
        int capacity = Math.min(limit, Math.max(needed, framing.isSingle() ? Math.min(grown, announced) : grown));
        if (!budget.take(capacity - bytes.length, taken)) {
            return false;
        }
        taken += capacity - bytes.length;
        bytes = Arrays.copyOf(bytes, capacity);
        return true;
    }

    /// The body's bytes so far: `count` of them, then unused room. Bytes that came never change.
    byte[] buffer() {
        return bytes;
    }

    int count() {
        return count;
    }

    byte[] toByteArray() {
        return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
    }

    /// Gives the memory back to the budget, once the body is not needed any more. Safe to repeat.
    void release() {
        budget.giveBack(taken);
        taken = 0;
    }
}
