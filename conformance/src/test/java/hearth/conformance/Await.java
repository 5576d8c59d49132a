package hearth.conformance;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for what other processes bring about.
public final class Await {
    /// What is waited for comes in a moment; on a machine that is busy with other things, later.
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /// Whoever looks too often keeps what is waited for from its processor.
    private static final Duration FIRST_PAUSE = Duration.ofMillis(2);

    private static final Duration LAST_PAUSE = Duration.ofMillis(30);

    private Await() {}

    public static void until(String what, BooleanSupplier condition) {
        until(() -> what, condition);
    }

    /// @param what is told when it did not come about
    public static void until(Supplier<String> what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (var pause = FIRST_PAUSE; !condition.getAsBoolean(); pause = longer(pause)) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("Not within " + PATIENCE.toSeconds() + " s: " + what.get());
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    private static Duration longer(Duration pause) {
        var longer = pause.multipliedBy(3).dividedBy(2);
        return longer.compareTo(LAST_PAUSE) < 0 ? longer : LAST_PAUSE;
    }
}
