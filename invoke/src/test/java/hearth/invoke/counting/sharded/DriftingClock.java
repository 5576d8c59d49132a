package hearth.invoke.counting.sharded;

import hearth.invoke.ManualClock;
import java.util.Random;

/// The clock of one machine that nobody sets: it begins anywhere, and is a little too fast or too slow.
final class DriftingClock {
    private final ManualClock clock;
    private final long begin;
    private final double rate;

    /// @param drift by which part it may be too fast or too slow
    DriftingClock(ManualClock clock, Random random, double drift) {
        this.clock = clock;
        this.begin = random.nextInt(4) == 0 ? Long.MAX_VALUE - 5_000_000_000L : random.nextLong();
        this.rate = 1 + drift * (random.nextInt(3) - 1);
    }

    long nanos() {
        return begin + (long) (clock.nanos() * rate);
    }

    /// How long it really takes until so much time has passed by this clock.
    long real(long nanos) {
        return (long) (nanos / rate);
    }
}
