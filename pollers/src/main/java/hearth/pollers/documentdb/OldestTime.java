package hearth.pollers.documentdb;

import hearth.pollers.SourceException;
import java.time.Duration;
import java.time.Instant;

/// Finds out since when a cluster keeps changes.
final class OldestTime {
    private static final Duration CLOSE = Duration.ofMinutes(1);

    private OldestTime() {}

    /// Asks whether a time is kept. All that are younger are, too.
    @FunctionalInterface
    interface Kept {
        boolean test(Instant time) throws SourceException, InterruptedException;
    }

    /// @param lost a time that is not kept
    /// @param now a time that is
    /// @return one that is kept, no more than a minute after the oldest
    static Instant search(Instant lost, Instant now, Kept kept) throws SourceException, InterruptedException {
        var low = lost;
        var high = now;
        while (Duration.between(low, high).compareTo(CLOSE) > 0) {
            var middle = low.plus(Duration.between(low, high).dividedBy(2));
            if (kept.test(middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }
}
