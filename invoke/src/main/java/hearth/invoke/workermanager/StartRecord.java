package hearth.invoke.workermanager;

import hearth.model.worker.InvocationOutcome.NotRunnable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The starts of one function's environments as they went lately: how long they took, and which failed. Guarded as
/// the EnvironmentTable is.
///
/// After a failure comes a pause, in which only a new invocation is worth another attempt. It is longer after each
/// failure in a row.
final class StartRecord {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

    private final MeanTime took = new MeanTime();
    private int failedInARow;
    private Duration pause = Duration.ZERO;
    private Instant pauseUntil = Instant.MIN;

    /// Why the last start failed; null after one that went well.
    private @Nullable NotRunnable failure;

    void succeeded(Duration time) {
        took.add(time);
        failedInARow = 0;
        failure = null;
        pause = Duration.ZERO;
    }

    /// @return how many failed in a row
    int failed(NotRunnable why, Instant now) {
        failure = why;
        pause = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
        if (pause.compareTo(LONGEST_PAUSE) > 0) {
            pause = LONGEST_PAUSE;
        }
        pauseUntil = now.plus(pause);
        return ++failedInARow;
    }

    /// Those who waited were told: who comes now is worth as many attempts as they were.
    void forgetFailures() {
        failedInARow = 0;
    }

    /// Why the last start failed, while its pause lasts. Then it is forgotten, and those who wait are worth another
    /// attempt.
    Optional<NotRunnable> failure(Instant now) {
        return now.isBefore(pauseUntil) ? Optional.ofNullable(failure) : Optional.empty();
    }

    /// Half of what a start takes, if that is known: who waits longer might as well have had a new one made.
    Duration patience(Duration longest) {
        return took.known() ? Duration.ofNanos(Math.min(longest.toNanos(), (long) took.nanos() / 2)) : Duration.ZERO;
    }
}
