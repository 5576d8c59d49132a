package hearth.worker.environment;

import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What the worker's reports say of an environment: written by its loop alone, read by any thread.
final class Standing {
    private static final List<Phase> PHASES = List.of(Phase.values());

    private final EnvironmentSpec spec;
    /// The last reservation and the phase in one number, so that they are read together and writing costs no barrier.
    private final AtomicLong both = new AtomicLong(PHASES.indexOf(Phase.STARTING));
    /// When it became idle for the last time, on the loop's clock. Written before the phase says so.
    private final AtomicLong idleSince = new AtomicLong();
    /// All of it, where several invocations may run at once; null before the first.
    private volatile @Nullable ReportedEnvironment whole;

    Standing(EnvironmentSpec spec) {
        this.spec = spec;
    }

    /// @param running asked where several invocations may run at once
    void is(Phase phase, long lastReservation, RunningInvocations running) {
        both.setRelease(lastReservation * PHASES.size() + PHASES.indexOf(phase));
        if (spec.isConcurrent()) {
            whole = new ReportedEnvironment(spec.id(), phase, lastReservation, running.reservations());
        }
    }

    void idleSince(long nanos) {
        idleSince.setRelease(nanos);
    }

    /// How long it has been idle; zero if it is not.
    ///
    /// @param nanos now, on the loop's clock
    Duration idle(long nanos) {
        return now().phase() == Phase.IDLE
                ? Duration.ofNanos(Math.max(0, nanos - idleSince.getAcquire()))
                : Duration.ZERO;
    }

    ReportedEnvironment now() {
        var told = whole;
        if (told != null) {
            return told;
        }
        long now = both.getAcquire();
        return new ReportedEnvironment(spec.id(), PHASES.get((int) (now % PHASES.size())), now / PHASES.size());
    }
}
