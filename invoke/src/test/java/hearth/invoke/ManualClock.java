package hearth.invoke;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Time that the test moves: that of the wall, which may be set, and that of `System.nanoTime`, which nobody sets.
public final class ManualClock implements InstantSource {
    private volatile boolean failing;
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private volatile long nanos;

    @Override
    public Instant instant() {
        if (failing) {
            failing = false;
            throw new IllegalStateException("The clock cannot be read");
        }
        return now;
    }

    public long nanos() {
        return nanos;
    }

    /// The next look at it throws.
    public void failNext() {
        failing = true;
    }

    /// Time passes.
    public synchronized void advance(Duration by) {
        now = now.plus(by);
        nanos += by.toNanos();
    }

    /// Somebody sets the clock on the wall.
    public synchronized void step(Duration by) {
        now = now.plus(by);
    }
}
