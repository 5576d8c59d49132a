package hearth.server.http;

import hearth.model.api.RequestBody;
import hearth.model.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Collects one request's body.
///
/// Where its length is announced, all the memory that the request will take is taken before a byte is read, so
/// that one that has begun can be served. Where it is not, memory is taken as the body grows. The array follows
/// the bytes that came either way.
final class BodyReader {
    /// What became of the bytes that were read.
    enum Progress {
        AWAITS_MORE,
        COMPLETE,
        /// The body is larger than its operation allows.
        TOO_LARGE,
        /// The bodies of all requests together take all the memory that they may.
        NO_MEMORY,
        /// The request would take more memory than all together may.
        NEVER_ANY_ROOM
    }

    private static final int FIRST_BUFFER = 64 << 10;
    private static final int FIRST_OF_UNKNOWN_LENGTH = 4 << 10;

    private final ChunkFraming framing;
    private final RequestHandler handler;
    private final MemoryBudget budget;
    /// -1 where it is unknown.
    private final long announced;
    private byte[] bytes = new byte[0];
    private int count;
    private long taken;
    private MemoryBudget.@Nullable Waiting waiting;

    private BodyReader(ChunkFraming framing, long announced, RequestHandler handler, MemoryBudget budget) {
        this.framing = framing;
        this.announced = announced;
        this.handler = handler;
        this.budget = budget;
    }

    /// @param length at most what the handler allows
    static BodyReader ofLength(long length, RequestHandler handler, MemoryBudget budget) {
        return new BodyReader(ChunkFraming.single(length), length, handler, budget);
    }

    static BodyReader chunked(RequestHandler handler, MemoryBudget budget) {
        return new BodyReader(ChunkFraming.chunked(), -1, handler, budget);
    }

    /// Takes the memory for a body whose length is known. A small one waits for nobody.
    ///
    /// @param granted called, by any thread, when there is memory; `granted` is to be called then
    Progress takeAnnounced(Runnable granted) {
        long needed = announced <= 0 ? 0 : handler.memory(announced, true);
        if (needed > budget.largest().count()) {
            return Progress.NEVER_ANY_ROOM;
        }
        if (needed > MemoryBudget.SMALL) {
            var wait = budget.takeOrWait(needed, 0, granted);
            if (wait.isPresent()) {
                waiting = wait.get();
                return Progress.AWAITS_MORE;
            }
        } else if (needed > 0 && !budget.take(needed, 0)) {
            return Progress.NO_MEMORY;
        }
        taken = needed;
        return Progress.COMPLETE;
    }

    boolean isWaiting() {
        return waiting != null;
    }

    /// The memory that was waited for is there.
    void granted() {
        waiting = null;
        taken = handler.memory(announced, true);
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
            if (chunkLeft > handler.bodyLimit() - count) {
                return Progress.TOO_LARGE;
            }
            int length = (int) Math.min(chunkLeft, in.readableBytes());
            if (length == 0) {
                return Progress.AWAITS_MORE;
            }
            var room = makeRoom(count + length);
            if (room != Progress.COMPLETE) {
                return room;
            }
            in.readBytes(bytes, count, length);
            count += length;
            framing.consumed(length);
        }
    }

    private Progress makeRoom(int needed) {
        if (needed <= bytes.length) {
            return Progress.COMPLETE;
        }
        if (announced >= 0) {
            bytes = Arrays.copyOf(
                    bytes, needed <= FIRST_BUFFER ? (int) Math.min(announced, FIRST_BUFFER) : (int) announced);
            return Progress.COMPLETE;
        }
        int capacity = Math.clamp(Math.max(2L * bytes.length, FIRST_OF_UNKNOWN_LENGTH), needed, handler.bodyLimit());
        long more = handler.memory(capacity, false) - taken;
        if (taken + more > budget.largest().count()) {
            return Progress.NEVER_ANY_ROOM;
        }
        if (!budget.take(more, taken)) {
            return Progress.NO_MEMORY;
        }
        taken += more;
        bytes = Arrays.copyOf(bytes, capacity);
        return Progress.COMPLETE;
    }

    /// The body's bytes so far: `count` of them, then unused room. Bytes that came never change.
    byte[] buffer() {
        return bytes;
    }

    int count() {
        return count;
    }

    RequestBody body() {
        return new RequestBody(bytes, count);
    }

    /// Gives the memory back to the budget, once the body is not needed any more. Safe to repeat.
    void release() {
        if (waiting != null) {
            if (!waiting.cancel()) {
                // It was granted meanwhile, which nobody will hear of.
                taken = handler.memory(announced, true);
            }
            waiting = null;
        }
        budget.giveBack(taken);
        taken = 0;
        bytes = new byte[0];
    }
}
