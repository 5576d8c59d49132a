package hearth.worker.environment;

import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Reservation;
import hearth.worker.environment.EnvironmentState.Event;
import hearth.worker.environment.EnvironmentState.Invoking;
import hearth.worker.environment.EnvironmentState.Preparing;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Where an environment stands in its life: its state, whether it takes one more invocation, and what the worker
/// reports of it.
///
/// Belongs to the environment's loop, but for what it reports.
final class EnvironmentLifecycle {
    private final EnvironmentSpec spec;
    private final RunningInvocations running;
    private final HonouredReservations honoured;
    private final Standing standing;
    private EnvironmentState state = new Preparing();
    private boolean retiring;

    EnvironmentLifecycle(EnvironmentSpec spec, RunningInvocations running) {
        this.spec = spec;
        this.running = running;
        this.honoured = new HonouredReservations(spec.maxConcurrency());
        this.standing = new Standing(spec);
    }

    EnvironmentState state() {
        return state;
    }

    void become(Event event) {
        state = state.after(event);
        report();
    }

    /// After an event since which it may be idle.
    ///
    /// @param now on the loop's clock
    void become(Event event, long now) {
        state = state.after(event);
        if (state.idle()) {
            standing.idleSince(now);
        }
        report();
    }

    private void report() {
        standing.is(state.reported(), honoured.last(), running);
    }

    /// What it does now. By any thread.
    ReportedEnvironment reported() {
        return standing.now();
    }

    /// How long it has been idle; zero if it is not. By any thread.
    ///
    /// @param now on the loop's clock
    Duration idle(long now) {
        return standing.idle(now);
    }

    /// No invocation is taken any more.
    void retire() {
        retiring = true;
    }

    boolean isRetiring() {
        return retiring;
    }

    long lastReservation() {
        return honoured.last();
    }

    /// Whether a reservation has come for the first time, and not so late that what came of it was told, or will be; or
    /// is outdated, which whoever sent it is told.
    boolean isNew(Reservation reservation) {
        return honoured.isNew(reservation) || honoured.isOutdated(reservation);
    }

    /// Why an invocation cannot be taken; null if it can.
    ///
    /// @param waited how long it has waited here, in nanoseconds
    @Nullable
    String refusal(Reservation reservation, Invocation invocation, long waited) {
        if (honoured.isOutdated(reservation)) {
            return "there is a later WorkerManager";
        }
        if (waited >= reservation.life().toNanos()) {
            return "the reservation has expired";
        }
        if (!Objects.equals(invocation.tenant(), spec.tenant())) {
            return "the environment is another tenant's";
        }
        boolean mayTake = state.idle() || (state instanceof Invoking && running.hasRoom());
        return mayTake && !retiring ? null : "the environment is not idle";
    }

    /// An invocation is among those that run.
    ///
    /// @param restores whether the runtime is restored for it first
    void took(Reservation reservation, boolean restores) {
        honoured.honour(reservation);
        if (state.idle()) {
            become(restores ? Event.RESTORES : Event.INVOKED);
        } else {
            report();
        }
    }

    /// An invocation is over, and others may run still.
    ///
    /// @param now on the loop's clock
    void finishedOne(long now) {
        if (running.areAllDone()) {
            become(Event.ASKED, now);
        } else {
            report();
        }
    }
}
