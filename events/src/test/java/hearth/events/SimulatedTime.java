package hearth.events;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;

/// What is to happen in a simulation, each at its time. The wall's clock may be set; nobody sets the other.
final class SimulatedTime implements InstantSource {
    private record Due(long at, long order, Runnable action) {}

    private static final int MOST_AT_ONCE = 5_000;

    private final PriorityQueue<Due> agenda =
            new PriorityQueue<>(Comparator.comparingLong(Due::at).thenComparingLong(Due::order));
    private Instant wall = Instant.parse("2026-01-01T00:00:00Z");
    private long now;
    private long orders;
    private int inARow;

    @Override
    public Instant instant() {
        return wall;
    }

    /// Milliseconds since the simulation began.
    long now() {
        return now;
    }

    long nanos() {
        return now * 1_000_000;
    }

    /// Somebody sets the clock on the wall.
    void set(Duration by) {
        wall = wall.plus(by);
    }

    void after(long millis, Runnable action) {
        agenda.add(new Due(now + millis, orders++, action));
    }

    /// Lets so much time pass.
    ///
    /// @param each is run after everything that happens; returns in how many milliseconds it wants to be run again
    void run(long millis, LongSupplier each) {
        long end = now + millis;
        while (true) {
            long wanted = each.getAsLong();
            long wake = wanted == Long.MAX_VALUE ? wanted : now + Math.max(0, wanted);
            var next = agenda.peek();
            long at = next == null ? wake : Math.min(wake, next.at());
            if (at > end) {
                advance(end);
                return;
            }
            advance(at);
            if (next != null && next.at() == at) {
                agenda.remove();
                next.action().run();
            }
        }
    }

    private void advance(long to) {
        inARow = to == now ? inARow + 1 : 0;
        if (inARow > MOST_AT_ONCE) {
            throw new AssertionError("Something is done again and again without a pause");
        }
        wall = wall.plusMillis(to - now);
        now = to;
    }
}
