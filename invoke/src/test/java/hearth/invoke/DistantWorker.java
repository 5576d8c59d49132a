package hearth.invoke;

import hearth.model.Bytes;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A worker in simulated time that takes commands by the rules of the real one, whatever became of them on their way.
final class DistantWorker implements WorkerLink {
    private static final Duration REPORTS = Duration.ofSeconds(1);

    private final class Hosted {
        private final EnvironmentSpec spec;
        private final boolean again;
        private Phase phase = Phase.STARTING;
        private long lastReservation;
        private boolean retiring;

        Hosted(EnvironmentSpec spec) {
            this.spec = spec;
            this.again = !names.add(spec.id());
        }

        void initialised() {
            if (unlucky(15)) {
                end(new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "Simulated"));
            } else if (idle()) {
                tell(new EnvironmentEvent.Ready(spec.id()));
            }
        }

        void take(Reservation reservation, Invocation invocation) {
            if (reservation.number() <= lastReservation) {
                return;
            }
            check(
                    again || phase != Phase.BUSY || retiring,
                    "An environment was given away while an invocation ran in it");
            if (phase != Phase.IDLE || retiring) {
                refuse(reservation, invocation);
                return;
            }
            lastReservation = reservation.number();
            phase = Phase.BUSY;
            ran.accept(invocation);
            time.after(millis(unlucky(10) ? 2_500 : 200), () -> done(reservation, invocation));
        }

        private void done(Reservation reservation, Invocation invocation) {
            boolean crashes = unlucky(30);
            ended(
                    reservation,
                    invocation,
                    crashes
                            ? new InvocationOutcome.Failed(new byte[0], InvocationOutcome.Failed.UNHANDLED, null)
                            : new InvocationOutcome.Answered(invocation.payload(), "application/json", null));
            if (crashes) {
                end(null);
            } else if (idle()) {
                tell(new EnvironmentEvent.Idle(spec.id(), lastReservation));
            }
        }

        /// Whether it is idle now, and does not end.
        private boolean idle() {
            phase = Phase.IDLE;
            if (retiring) {
                end(null);
            }
            return !retiring;
        }

        void retire() {
            retiring = true;
            if (phase == Phase.IDLE) {
                end(null);
            }
        }

        private void end(@Nullable NotRunnable why) {
            phase = Phase.ENDING;
            time.after(millis(50), () -> {
                environments.remove(spec.id());
                tell(new EnvironmentEvent.Gone(spec.id(), why));
            });
        }
    }

    private final Map<EnvironmentId, Hosted> environments = new LinkedHashMap<>();

    /// Of all environments that ever were: one whose `Start` comes again after its end is made again.
    private final Set<EnvironmentId> names = new HashSet<>();

    private final WorkerId id;
    private final int slots;
    private final SimulatedTime time;
    private final Random random;
    private final WorkerEvents events;
    private final Consumer<Invocation> ran;
    private long reports;
    private boolean cut;

    /// @param ran hears of each invocation that begins to run
    DistantWorker(
            String id, int slots, SimulatedTime time, Random random, WorkerEvents events, Consumer<Invocation> ran) {
        this.id = new WorkerId(id);
        this.slots = slots;
        this.time = time;
        this.random = random;
        this.events = events;
        this.ran = ran;
        report();
        time.every(REPORTS, this::report);
    }

    private void report() {
        var standing = environments.values().stream()
                .map(one -> new ReportedEnvironment(one.spec.id(), one.phase, one.lastReservation))
                .toList();
        var capacity = new WorkerCapacity(Bytes.mebibytes(128L * slots), 1000 * slots, slots);
        tell(new Report(++reports, 0, capacity, true, true, standing));
    }

    private void tell(WorkerEvent event) {
        if (!cut) {
            events.happened(id, event);
        }
    }

    /// Nothing of it is heard any more, and it hears nothing.
    void cutOff() {
        cut = true;
    }

    @Override
    public WorkerId worker() {
        return id;
    }

    int environments() {
        return environments.size();
    }

    int slots() {
        return slots;
    }

    @Override
    public void send(WorkerCommand command) {
        if (cut) {
            return;
        }
        switch (command) {
            case WorkerCommand.Start(var spec) -> start(spec);
            case WorkerCommand.Invoke(var reservation, var invocation) -> {
                var environment = environments.get(reservation.environment());
                if (environment == null) {
                    refuse(reservation, invocation);
                } else {
                    environment.take(reservation, invocation);
                }
            }
            case WorkerCommand.Retire(var environment) -> retire(environment);
            case WorkerCommand.Credit _, WorkerCommand.Expect _ -> {}
        }
    }

    private void start(EnvironmentSpec spec) {
        if (environments.containsKey(spec.id())) {
            return;
        }
        if (environments.size() >= slots) {
            tell(new EnvironmentEvent.StartRefused(spec.id(), "all slots are taken"));
            return;
        }
        var environment = new Hosted(spec);
        environments.put(spec.id(), environment);
        time.after(millis(400), environment::initialised);
    }

    private void retire(EnvironmentId environment) {
        var hosted = environments.get(environment);
        if (hosted == null) {
            tell(new EnvironmentEvent.Gone(environment, null));
        } else if (hosted.phase != Phase.ENDING) {
            hosted.retire();
        }
    }

    private void refuse(Reservation reservation, Invocation invocation) {
        ended(reservation, invocation, new InvocationOutcome.Refused("not idle"));
    }

    private void ended(Reservation reservation, Invocation invocation, InvocationOutcome outcome) {
        tell(new InvocationProgress.Ended(invocation.requestId(), reservation, outcome));
    }

    private Duration millis(int most) {
        return Duration.ofMillis(1 + random.nextInt(most));
    }

    private boolean unlucky(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
