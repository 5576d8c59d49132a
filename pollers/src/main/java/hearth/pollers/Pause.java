package hearth.pollers;

import java.time.Duration;

/// Grows with each failure in a row: from a tenth of a second to ten seconds.
public final class Pause {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private Duration next = FIRST;

    /// The pause before what failed is tried again.
    public Duration next() {
        var now = next;
        var doubled = now.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return now;
    }

    public void reset() {
        next = FIRST;
    }
}
