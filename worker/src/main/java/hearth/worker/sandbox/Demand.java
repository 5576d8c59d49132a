package hearth.worker.sandbox;

import java.time.Duration;
import java.util.ArrayDeque;

/// The demand for what is made ahead, and how many of it should be ready: as many as were taken within the last
/// seconds, within bounds, and none before the first.
///
/// Not safe to use from several threads.
final class Demand {
    /// The time over which it is counted. A burst is often followed by another.
    static final Duration WINDOW = Duration.ofSeconds(10);

    private final int least;
    private final int most;
    private final ArrayDeque<Long> takes = new ArrayDeque<>();
    private boolean any;

    /// @param least how many should be ready once one was taken
    /// @param most how many at the busiest time
    Demand(int least, int most) {
        this.least = least;
        this.most = most;
    }

    /// The first is expected.
    void begin() {
        any = true;
    }

    void taken(long now) {
        begin();
        if (takes.size() == most) {
            takes.removeFirst();
        }
        takes.addLast(now);
    }

    int target(long now) {
        while (!takes.isEmpty() && now - takes.getFirst() > WINDOW.toNanos()) {
            takes.removeFirst();
        }
        return any ? Math.max(least, takes.size()) : 0;
    }

    /// Whether the target stays as it is while nobody takes one.
    boolean isSteady(long now) {
        return target(now) <= least && takes.size() <= least;
    }
}
