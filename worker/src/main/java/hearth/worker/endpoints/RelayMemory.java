package hearth.worker.endpoints;

import hearth.model.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/// The memory of one direction of a relayed connection: what was read from one side and the other has not taken. It
/// is there when it is counted, be there room or not; so where there is none, little is read, and then nothing until
/// that is taken.
///
/// Used on the connection's event loop only.
final class RelayMemory {
    /// How much is read at once, in bytes.
    private static final int PIECE = 16 << 10;

    /// How often that is read before it is sent on.
    private static final int PIECES = 4;

    /// How much is read at once while there is no room.
    static final int LITTLE = 1 << 10;

    private final MemoryBudget budget;
    private long counted;
    private boolean room = true;

    RelayMemory(MemoryBudget budget) {
        this.budget = budget;
    }

    /// Counts what lies between the two sides now.
    void count(long bytes) {
        if (bytes > counted) {
            room = budget.take(bytes - counted, counted);
            if (!room) {
                budget.hold(bytes - counted);
            }
        } else {
            budget.giveBack(counted - bytes);
        }
        counted = bytes;
    }

    /// Whether more may be read, if only a little.
    boolean mayGrow() {
        return room || counted == 0;
    }

    /// Decides how much is read at once, each time just before.
    RecvByteBufAllocator reads() {
        return new Reads(new AdaptiveRecvByteBufAllocator(LITTLE, LITTLE, PIECE).maxMessagesPerRead(PIECES), budget);
    }

    private record Reads(RecvByteBufAllocator usual, MemoryBudget budget) implements RecvByteBufAllocator {
        @Override
        @SuppressWarnings("deprecation") // There is no other way to be asked.
        public Handle newHandle() {
            return new Sizes(usual.newHandle(), budget);
        }
    }

    private static final class Sizes extends RecvByteBufAllocator.DelegatingHandle
            implements RecvByteBufAllocator.ExtendedHandle {
        private final MemoryBudget budget;

        @SuppressWarnings("deprecation") // As above.
        Sizes(RecvByteBufAllocator.Handle usual, MemoryBudget budget) {
            super(usual);
            this.budget = budget;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return budget.hasRoomFor(PIECE) ? super.allocate(allocator) : allocator.ioBuffer(LITTLE, LITTLE);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return ((RecvByteBufAllocator.ExtendedHandle) delegate()).continueReading(maybeMoreData);
        }
    }
}
