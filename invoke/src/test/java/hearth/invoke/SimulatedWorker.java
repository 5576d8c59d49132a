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
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// A worker in a simulation: everything that it says is a message, and messages of different environments overtake
/// each other. It fails, crashes and refuses at random, and complains of whatever a WorkerManager must not do.
public final class SimulatedWorker implements WorkerLink {
    /// Hears of environments just before the WorkerManager does.
    public interface Observer {
        void free(EnvironmentSpec environment);

        void notFree(EnvironmentSpec environment);

        void runs(EnvironmentSpec environment, Invocation invocation);
    }

    private enum Phase {
        STARTING,
        IDLE,
        BUSY,
        DEAD
    }

    private static final class Simulated {
        final EnvironmentSpec spec;
        final ArrayDeque<Runnable> messages = new ArrayDeque<>();
        Phase phase = Phase.STARTING;
        long lastReservation;
        boolean retiring;

        Simulated(EnvironmentSpec spec) {
            this.spec = spec;
        }
    }

    private final Map<EnvironmentId, Simulated> environments = new LinkedHashMap<>();
    private final WorkerId id;
    private final int slots;
    private final Random random;
    private final Observer observer;
    private WorkerEvents events = (_, _) -> {};
    private long reports;

    /// Refusals, which may outlive their environments.
    private final Map<EnvironmentId, ArrayDeque<Runnable>> refusals = new LinkedHashMap<>();

    /// Whether starts fail, environments crash and reservations are refused.
    private boolean faulty = true;

    public SimulatedWorker(String id, int slots, Random random, Observer observer) {
        this.id = new WorkerId(id);
        this.slots = slots;
        this.random = random;
        this.observer = observer;
    }

    @Override
    public WorkerId worker() {
        return id;
    }

    public void connect(WorkerEvents events) {
        this.events = events;
        report();
    }

    /// Says what it has, as a worker does each second.
    public void report() {
        var all = environments.values().stream()
                .map(one -> new Report.ReportedEnvironment(one.spec.id(), reported(one.phase), one.lastReservation))
                .toList();
        tell(new Report(++reports, capacity(), Report.Taken.NOTHING, true, true, all));
    }

    private static Report.Phase reported(Phase phase) {
        return switch (phase) {
            case STARTING -> Report.Phase.STARTING;
            case IDLE -> Report.Phase.IDLE;
            case BUSY -> Report.Phase.BUSY;
            case DEAD -> Report.Phase.ENDING;
        };
    }

    private void tell(WorkerEvent event) {
        events.happened(id, event);
    }

    public WorkerCapacity capacity() {
        return new WorkerCapacity(Bytes.mebibytes(128L * slots), 100 * slots, slots);
    }

    @Override
    public void send(WorkerCommand command) {
        switch (command) {
            case WorkerCommand.Start(var spec) -> start(spec);
            case WorkerCommand.Invoke(var reservation, var invocation) -> invoke(reservation, invocation);
            case WorkerCommand.Retire(var environment) -> retire(environment);
            case WorkerCommand.Credit _, WorkerCommand.Expect _, WorkerCommand.TakeUp _, WorkerCommand.MakeRoom _ -> {}
        }
    }

    private void start(EnvironmentSpec spec) {
        check(!environments.containsKey(spec.id()), "An environment is started twice");
        var environment = new Simulated(spec);
        environments.put(spec.id(), environment);
        check(environments.size() <= slots, "More environments than slots");
        var memory = environments.values().stream()
                .mapToLong(one -> one.spec.function().memory().count())
                .sum();
        check(memory <= capacity().memory().count(), "More memory is used than there is");
        if (unlucky(8)) {
            die(environment, () -> tell(new EnvironmentEvent.Gone(spec.id(), failure())));
        } else {
            environment.messages.add(() -> {
                free(environment);
                tell(new EnvironmentEvent.Ready(spec.id()));
                endIfRetiring(environment);
            });
        }
    }

    private void invoke(Reservation reservation, Invocation invocation) {
        var environment = environments.get(reservation.environment());
        if (environment == null || environment.phase == Phase.DEAD || environment.retiring || unlucky(20)) {
            refusals.computeIfAbsent(reservation.environment(), _ -> new ArrayDeque<>())
                    .add(() -> end(reservation, invocation, new InvocationOutcome.Refused("gone")));
            return;
        }
        check(environment.phase == Phase.IDLE, "Two invocations at once in one environment, or one too early");
        check(reservation.number() > environment.lastReservation, "A reservation is used again");
        environment.lastReservation = reservation.number();
        environment.phase = Phase.BUSY;
        observer.runs(environment.spec, invocation);
        if (unlucky(20)) {
            die(environment, () -> {
                end(
                        reservation,
                        invocation,
                        new InvocationOutcome.Failed(new byte[0], InvocationOutcome.Failed.UNHANDLED, null));
                gone(environment);
            });
            return;
        }
        environment.messages.add(() -> end(
                reservation,
                invocation,
                new InvocationOutcome.Answered(invocation.payload(), "application/json", null)));
        environment.messages.add(() -> {
            free(environment);
            tell(new EnvironmentEvent.Idle(environment.spec.id(), environment.lastReservation));
            endIfRetiring(environment);
        });
    }

    private void end(Reservation reservation, Invocation invocation, InvocationOutcome outcome) {
        tell(new InvocationProgress.Ended(invocation.requestId(), reservation, outcome));
    }

    private void gone(Simulated environment) {
        tell(new EnvironmentEvent.Gone(environment.spec.id(), null));
    }

    private void retire(EnvironmentId id) {
        var environment = environments.get(id);
        if (environment != null && environment.phase != Phase.DEAD) {
            environment.retiring = true;
            observer.notFree(environment.spec);
            endIfRetiring(environment);
        }
    }

    public EnvironmentSpec spec(EnvironmentId id) {
        var environment = environments.get(id);
        if (environment == null) {
            throw new AssertionError("Served by an environment that was not there");
        }
        return environment.spec;
    }

    public boolean knows(EnvironmentId id) {
        return environments.containsKey(id);
    }

    public int environments() {
        return environments.size();
    }

    /// From now on everything goes well.
    public void behave() {
        faulty = false;
    }

    /// Delivers one message, if there is any.
    public boolean deliver() {
        var waiting = new ArrayList<ArrayDeque<Runnable>>();
        for (var environment : environments.values()) {
            if (!environment.messages.isEmpty()) {
                waiting.add(environment.messages);
            }
        }
        for (var channel : refusals.values()) {
            if (!channel.isEmpty()) {
                waiting.add(channel);
            }
        }
        if (waiting.isEmpty()) {
            return false;
        }
        waiting.get(random.nextInt(waiting.size())).removeFirst().run();
        return true;
    }

    /// An idle environment dies by itself.
    public void crashOne() {
        var idle = environments.values().stream()
                .filter(one -> one.phase == Phase.IDLE && one.messages.isEmpty())
                .toList();
        if (!idle.isEmpty()) {
            var victim = idle.get(random.nextInt(idle.size()));
            die(victim, () -> gone(victim));
        }
    }

    private void free(Simulated environment) {
        environment.phase = Phase.IDLE;
        if (!environment.retiring) {
            observer.free(environment.spec);
        }
    }

    private void endIfRetiring(Simulated environment) {
        if (environment.retiring && environment.phase == Phase.IDLE) {
            die(environment, () -> gone(environment));
        }
    }

    private void die(Simulated environment, Runnable lastWords) {
        environment.phase = Phase.DEAD;
        environment.messages.add(() -> {
            environments.remove(environment.spec.id());
            observer.notFree(environment.spec);
            lastWords.run();
        });
    }

    private NotRunnable failure() {
        var causes = List.of(NotRunnable.Cause.values());
        return new NotRunnable(causes.get(random.nextInt(causes.size())), "Simulated");
    }

    private boolean unlucky(int oneIn) {
        return faulty && random.nextInt(oneIn) == 0;
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
