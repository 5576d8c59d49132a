package hearth.events;

import java.util.function.LongSupplier;

/// The clock of the queues, in milliseconds. It begins with the wall clock, and then goes on by itself: whoever sets
/// the host's clock makes nothing run early, and nothing wait for ever.
///
/// @param begun what it showed at the start
/// @param nanosThen what the monotonic clock showed then
record QueueClock(long begun, long nanosThen, LongSupplier nanos) {
    private static final long NANOS = 1_000_000;

    /// @param wall milliseconds of the wall clock
    /// @param latest the latest time that what is kept knows, which this clock does not go back behind
    static QueueClock begin(long wall, long latest, LongSupplier nanos) {
        return new QueueClock(Math.max(wall, latest), nanos.getAsLong(), nanos);
    }

    long now() {
        return begun + (nanos.getAsLong() - nanosThen) / NANOS;
    }
}
