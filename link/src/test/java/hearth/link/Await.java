package hearth.link;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Waits for what other threads do.
public final class Await {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private Await() {}

    public static void until(BooleanSupplier condition) {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not so within " + LIMIT);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
