package hearth.invoke.workermanager;

import hearth.model.worker.InvocationOutcome.NotRunnable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How many environments of one function version are to be kept initialised, and when it is next worth trying to make
/// one. Guarded as the EnvironmentTable is.
final class ProvisioningGoal {
    /// 2 to this power are the seconds of the longest pause between attempts.
    private static final int LONGEST_PAUSE = 8;

    /// For how long after its last invocation a version under SnapStart has one ahead.
    static final Duration AHEAD = Duration.ofHours(1);

    private int wanted;
    /// Until when they are wanted, under SnapStart.
    private Instant until = Instant.MAX;
    private @Nullable NotRunnable failure;
    private int failures;
    private Instant again = Instant.MIN;

    int wanted() {
        return wanted;
    }

    void want(int environments) {
        wanted = environments;
        succeeded();
    }

    /// One is wanted for some time from now on, as SnapStart has it.
    void wantAhead(Instant now) {
        if (wanted == 0) {
            want(1);
        }
        until = now.plus(AHEAD);
    }

    /// Whether they were wanted for a time that is over.
    boolean isOver(Instant now) {
        return until.isBefore(now);
    }

    /// Those that another member kept initialised are kept, until it is known how many are wanted.
    void inherit(int environments) {
        wanted = Math.max(wanted, environments);
    }

    /// Why an environment could not be kept initialised; empty after one that could.
    Optional<NotRunnable> failure() {
        return Optional.ofNullable(failure);
    }

    /// From now on attempts are further and further apart, up to some minutes.
    void failed(NotRunnable why, Instant now) {
        failure = why;
        again = now.plusSeconds(1L << Math.min(failures++, LONGEST_PAUSE));
    }

    /// None can be made now, through no fault of the function: it may be tried again in a second.
    void heldUp(NotRunnable why, Instant now) {
        failure = why;
        again = now.plusSeconds(1);
    }

    void succeeded() {
        failure = null;
        failures = 0;
        again = Instant.MIN;
    }

    /// Whether the pause after the last failure is over.
    boolean mayTry(Instant now) {
        return !again.isAfter(now);
    }
}
