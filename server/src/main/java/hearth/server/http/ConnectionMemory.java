package hearth.server.http;

import hearth.model.memory.MemoryBudget;

/// The memory that a connection takes besides bodies and answers: for its request's head, and for what its client
/// sends ahead while it waits for an answer.
///
/// Used on the connection's event loop only.
final class ConnectionMemory {
    /// What usual heads need is not counted.
    private static final int FREE = 2 << 10;

    private final MemoryBudget budget;
    private long head;
    private long ahead;

    ConnectionMemory(MemoryBudget budget) {
        this.budget = budget;
    }

    /// Counts a head, which is there as bytes and as text.
    ///
    /// @param bytes of it that have come
    /// @return false when there is no room
    boolean takeHead(int bytes) {
        long needed = bytes <= FREE ? 0 : 2L * bytes;
        if (needed > head) {
            if (!budget.take(needed - head, head)) {
                return false;
            }
            head = needed;
        }
        return true;
    }

    void releaseHead() {
        budget.giveBack(head);
        head = 0;
    }

    /// Counts the buffer of what was sent ahead.
    ///
    /// @return false when there is no room
    boolean takeAhead(int bytes) {
        long needed = bytes <= FREE ? 0 : bytes;
        // No larger than what is read at once, and so no large holder, whatever it comes to.
        if (needed > ahead && !budget.take(needed - ahead, 0)) {
            return false;
        }
        budget.giveBack(Math.max(0, ahead - needed));
        ahead = needed;
        return true;
    }

    void release() {
        releaseHead();
        budget.giveBack(ahead);
        ahead = 0;
    }
}
