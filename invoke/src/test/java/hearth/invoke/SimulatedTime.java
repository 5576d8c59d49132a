package hearth.invoke;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/// What is to happen in a simulation, each at its time.
public final class SimulatedTime {
    private record Due(long nanos, long order, Runnable action) {}

    private static final int MOST_AT_ONCE = 1_000;

    private final ManualClock clock;
    private final PriorityQueue<Due> due =
            new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingLong(Due::order));
    private long orders;
    private int inARow;

    public SimulatedTime(ManualClock clock) {
        this.clock = clock;
    }

    public void after(Duration delay, Runnable action) {
        due.add(new Due(clock.nanos() + delay.toNanos(), orders++, action));
    }

    /// Since the beginning.
    Duration now() {
        return Duration.ofNanos(clock.nanos());
    }

    public void every(Duration interval, Runnable action) {
        after(interval, () -> {
            action.run();
            every(interval, action);
        });
    }

    /// Lets so much time pass.
    ///
    /// @param each is run after everything that happens
    public void run(Duration time, Runnable each) {
        long end = clock.nanos() + time.toNanos();
        for (var next = due.peek(); next != null && next.nanos() <= end; next = due.peek()) {
            due.remove();
            inARow = next.nanos() == clock.nanos() ? inARow + 1 : 0;
            if (inARow > MOST_AT_ONCE) {
                throw new AssertionError("Something is done again and again without a pause");
            }
            clock.advance(Duration.ofNanos(next.nanos() - clock.nanos()));
            next.action().run();
            each.run();
        }
        clock.advance(Duration.ofNanos(end - clock.nanos()));
    }
}
