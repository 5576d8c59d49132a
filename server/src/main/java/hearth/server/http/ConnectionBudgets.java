package hearth.server.http;

import hearth.model.Bytes;
import hearth.model.memory.MemoryBudget;

/// The parts of the memory budget that a listener's connections draw on.
///
/// @param bodies of requests
/// @param heads of requests, and what clients send ahead: no crowd of slow ones keeps others from their bodies
/// @param answers that their clients have not taken: they are there, whatever the budget says
record ConnectionBudgets(MemoryBudget bodies, MemoryBudget heads, MemoryBudget answers) {
    private static final int SHARE_OF_HEADS = 8;

    static ConnectionBudgets of(MemoryBudget memory, MemoryBudget requests) {
        return new ConnectionBudgets(requests, part(requests, SHARE_OF_HEADS), memory);
    }

    /// For connections that may have half as much, all together.
    ConnectionBudgets half() {
        return new ConnectionBudgets(part(bodies, 2), part(heads, 2), answers);
    }

    private static MemoryBudget part(MemoryBudget of, int divisor) {
        return of.share(new Bytes(of.total().count() / divisor));
    }
}
