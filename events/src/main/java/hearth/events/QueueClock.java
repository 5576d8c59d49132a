package hearth.events;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// The clock of the queues, in milliseconds. It begins with the wall clock, and then goes on by itself: whoever sets
/// the host's clock makes nothing run early, and nothing wait for ever. Processes that share a queue go by the clock of
/// its database, which each asks now and then.
final class QueueClock {
    private static final long NANOS = 1_000_000;

    private final long nanosThen;
    private final LongSupplier nanos;

    /// What it showed at the start, with what it was put forward since.
    private final AtomicLong begun;

    private QueueClock(long begun, LongSupplier nanos) {
        this.begun = new AtomicLong(begun);
        this.nanosThen = nanos.getAsLong();
        this.nanos = nanos;
    }

    /// @param wall milliseconds of the wall clock
    /// @param latest the latest time that what is kept knows, which this clock does not go back behind
    static QueueClock begin(long wall, long latest, LongSupplier nanos) {
        return new QueueClock(Math.max(wall, latest), nanos);
    }

    /// Puts it forward, if it is behind that.
    void atLeast(long millis) {
        begun.accumulateAndGet(millis - gone(), Math::max);
    }

    long begun() {
        return begun.get();
    }

    long now() {
        return begun.get() + gone();
    }

    private long gone() {
        return (nanos.getAsLong() - nanosThen) / NANOS;
    }
}
