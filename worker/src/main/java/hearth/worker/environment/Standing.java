package hearth.worker.environment;

import hearth.model.worker.EnvironmentId;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// What the worker's reports say of an environment: written by its loop alone, read by any thread.
final class Standing {
    private static final List<Phase> PHASES = List.of(Phase.values());

    /// The last reservation and the phase in one number, so that they are read together and writing costs no barrier.
    private final AtomicLong both = new AtomicLong(PHASES.indexOf(Phase.STARTING));

    void is(Phase phase, long lastReservation) {
        both.setRelease(lastReservation * PHASES.size() + PHASES.indexOf(phase));
    }

    ReportedEnvironment of(EnvironmentId id) {
        long now = both.getAcquire();
        return new ReportedEnvironment(id, PHASES.get((int) (now % PHASES.size())), now / PHASES.size());
    }
}
