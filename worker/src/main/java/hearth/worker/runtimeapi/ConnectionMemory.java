package hearth.worker.runtimeapi;

import hearth.model.memory.MemoryBudget;

/// The part of the memory budget that counts for what is unread and unsent of one connection.
final class ConnectionMemory {
    /// How much a connection may take uncounted: what usual requests need.
    private static final int FREE = 4 << 10;

    private final MemoryBudget budget;
    private long counted;

    ConnectionMemory(MemoryBudget budget) {
        this.budget = budget;
    }

    /// Counts what the connection has now.
    ///
    /// @param needed whether it is in the middle of something, for which there must be room
    /// @return whether there is room for it
    boolean count(long bytes, boolean needed) {
        long now = bytes <= FREE ? 0 : bytes;
        long more = now - counted;
        if (more <= 0) {
            budget.giveBack(-more);
        } else if (needed) {
            budget.hold(more);
        } else if (!budget.take(more, counted)) {
            budget.refused();
            return false;
        }
        counted = now;
        return true;
    }

    void release() {
        budget.giveBack(counted);
        counted = 0;
    }
}
