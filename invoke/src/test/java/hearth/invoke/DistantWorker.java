package hearth.invoke;

import hearth.model.Bytes;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.MemberId;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardEvent;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
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
        private Duration idleSince = Duration.ZERO;
        private int invocations;

        Hosted(EnvironmentSpec spec) {
            this.spec = spec;
            this.again = !names.add(spec.id());
        }

        void initialised() {
            if (unlucky(15)) {
                end(new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "Simulated"));
            } else if (idle()) {
                tell(spec.id(), new EnvironmentEvent.Ready(spec.id()));
            }
        }

        void take(WorkerEvents from, Reservation reservation, Invocation invocation) {
            if (!owner(spec.id().shard()).honours(reservation.epoch())) {
                refuse(from, reservation, invocation);
                return;
            }
            if (reservation.number() <= lastReservation) {
                return;
            }
            check(
                    invocation.invokedArn().equals(spec.function().function().arn()),
                    "An environment was given to another function");
            check(
                    again || phase != Phase.BUSY || retiring,
                    "An environment was given away while an invocation ran in it");
            if (phase != Phase.IDLE || retiring) {
                refuse(from, reservation, invocation);
                return;
            }
            lastReservation = reservation.number();
            phase = Phase.BUSY;
            invocations++;
            ran.accept(invocation);
            time.after(millis(unlucky(10) ? 2_500 : 200), () -> done(from, reservation, invocation));
        }

        private void done(WorkerEvents from, Reservation reservation, Invocation invocation) {
            boolean crashes = unlucky(30);
            ended(
                    from,
                    reservation,
                    invocation,
                    crashes
                            ? new InvocationOutcome.Failed(new byte[0], InvocationOutcome.Failed.UNHANDLED, null)
                            : new InvocationOutcome.Answered(invocation.payload(), "application/json", null));
            if (crashes) {
                end(null);
            } else if (idle()) {
                tell(spec.id(), new EnvironmentEvent.Idle(spec.id(), lastReservation));
            }
        }

        /// Whether it is idle now, and does not end.
        private boolean idle() {
            phase = Phase.IDLE;
            idleSince = clock();
            if (retiring) {
                end(null);
            }
            return !retiring;
        }

        private ReportedEnvironment reported() {
            return new ReportedEnvironment(spec.id(), phase, lastReservation);
        }

        private HeldEnvironment held() {
            return new HeldEnvironment(
                    spec, reported(), phase == Phase.IDLE ? clock().minus(idleSince) : Duration.ZERO);
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
                tell(spec.id(), new EnvironmentEvent.Gone(spec.id(), why));
            });
        }
    }

    /// Who looks after a shard, and under which epoch; null of one that is alone, or that nobody has taken up.
    private record Owner(@Nullable MemberId member, long epoch) {
        boolean honours(long shown) {
            return MemberId.ALONE.equals(member) || shown == epoch;
        }
    }

    /// Where each member hears of it.
    private final Map<MemberId, WorkerEvents> members = new LinkedHashMap<>();

    private final Map<ShardId, Owner> owners = new HashMap<>();
    private final Owner first;

    private final Map<EnvironmentId, Hosted> environments = new LinkedHashMap<>();

    /// Of all environments that ever were: one whose `Start` comes again after its end is made again.
    private final Set<EnvironmentId> names = new HashSet<>();

    private final WorkerId id;
    private final int slots;
    private final SimulatedTime time;
    private final Random random;
    private final Consumer<Invocation> ran;
    private long reports;
    private boolean cut;

    /// One that belongs to a process which is alone.
    ///
    /// @param ran hears of each invocation that begins to run
    DistantWorker(
            String id, int slots, SimulatedTime time, Random random, WorkerEvents events, Consumer<Invocation> ran) {
        this(id, slots, time, random, ran, new Owner(MemberId.ALONE, Long.MIN_VALUE));
        members.put(MemberId.ALONE, events);
        report();
    }

    /// One that members take up.
    DistantWorker(String id, int slots, SimulatedTime time, Random random, Consumer<Invocation> ran) {
        this(id, slots, time, random, ran, new Owner(null, Long.MIN_VALUE));
    }

    private DistantWorker(
            String id, int slots, SimulatedTime time, Random random, Consumer<Invocation> ran, Owner first) {
        this.id = new WorkerId(id);
        this.slots = slots;
        this.time = time;
        this.random = random;
        this.ran = ran;
        this.first = first;
        time.every(REPORTS, this::report);
    }

    /// A member can be told of it from now on.
    ///
    /// @return what takes the member's commands
    WorkerLink from(MemberId member, WorkerEvents events) {
        members.put(member, events);
        report(member, events);
        return new WorkerLink() {
            @Override
            public WorkerId worker() {
                return id;
            }

            @Override
            public void send(WorkerCommand command) {
                take(member, events, command);
            }
        };
    }

    void parted(MemberId member) {
        members.remove(member);
    }

    private Owner owner(ShardId shard) {
        return owners.getOrDefault(shard, first);
    }

    private Duration clock() {
        return time.now();
    }

    private void report() {
        if (!cut) {
            reports++;
            List.copyOf(members.entrySet()).forEach(one -> report(one.getKey(), one.getValue()));
        }
    }

    private void report(MemberId member, WorkerEvents events) {
        var theirs = environments.values().stream()
                .filter(one -> member.equals(owner(one.spec.id().shard()).member()))
                .map(Hosted::reported)
                .toList();
        int idle = (int) environments.values().stream()
                .filter(one -> one.phase == Phase.IDLE)
                .count();
        int count = environments.size();
        var taken = new Report.Taken(count, Bytes.mebibytes(128L * count), 72L * count, idle);
        var capacity = new WorkerCapacity(Bytes.mebibytes(128L * slots), 1000 * slots, slots);
        events.happened(id, new Report(++reports, capacity, taken, true, true, theirs));
    }

    /// What happens to an environment is for whoever looks after it by then.
    private void tell(EnvironmentId environment, WorkerEvent event) {
        var member = owner(environment.shard()).member();
        if (member != null) {
            tell(members.get(member), event);
        }
    }

    private void tell(@Nullable WorkerEvents events, WorkerEvent event) {
        if (!cut && events != null) {
            events.happened(id, event);
        }
    }

    /// How many environments have run so many invocations or more.
    int used(int least) {
        return (int) environments.values().stream()
                .filter(one -> one.invocations >= least)
                .count();
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
        var alone = members.get(MemberId.ALONE);
        if (alone != null) {
            take(MemberId.ALONE, alone, command);
        }
    }

    /// @param answers where the member hears, as long as its connection lasts
    private void take(MemberId from, WorkerEvents answers, WorkerCommand command) {
        if (cut) {
            return;
        }
        switch (command) {
            case WorkerCommand.Start(var spec) -> start(from, answers, spec);
            case WorkerCommand.Invoke(var reservation, var invocation) -> {
                var environment = environments.get(reservation.environment());
                if (environment == null) {
                    refuse(answers, reservation, invocation);
                } else {
                    environment.take(answers, reservation, invocation);
                }
            }
            case WorkerCommand.Retire(var environment) -> {
                if (from.equals(owner(environment.shard()).member())) {
                    retire(environment);
                }
            }
            case WorkerCommand.TakeUp(var shard, var epoch) -> takeUp(from, answers, shard, epoch);
            case WorkerCommand.MakeRoom _ ->
                environments.values().stream()
                        .filter(one -> one.phase == Phase.IDLE && !one.retiring)
                        .min(Comparator.comparing(one -> one.idleSince))
                        .ifPresent(Hosted::retire);
            case WorkerCommand.Credit _, WorkerCommand.Expect _ -> {}
        }
    }

    private void takeUp(MemberId from, WorkerEvents answers, ShardId shard, long epoch) {
        var before = owner(shard);
        if (epoch < before.epoch() || (epoch == before.epoch() && !from.equals(before.member()))) {
            tell(answers, new ShardEvent.Superseded(shard, before.epoch()));
            return;
        }
        owners.put(shard, new Owner(from, epoch));
        var held = environments.values().stream()
                .filter(one -> one.spec.id().shard().equals(shard))
                .map(Hosted::held)
                .toList();
        tell(answers, new ShardEvent.TakenUp(shard, epoch, held));
    }

    private void start(MemberId from, WorkerEvents answers, EnvironmentSpec spec) {
        if (environments.containsKey(spec.id())) {
            return;
        }
        if (!from.equals(owner(spec.id().shard()).member())) {
            tell(answers, new EnvironmentEvent.StartRefused(spec.id(), "another member looks after the function"));
            return;
        }
        if (environments.size() >= slots) {
            tell(answers, new EnvironmentEvent.StartRefused(spec.id(), "all slots are taken"));
            return;
        }
        var environment = new Hosted(spec);
        environments.put(spec.id(), environment);
        time.after(millis(400), environment::initialised);
    }

    private void retire(EnvironmentId environment) {
        var hosted = environments.get(environment);
        if (hosted == null) {
            tell(environment, new EnvironmentEvent.Gone(environment, null));
        } else if (hosted.phase != Phase.ENDING) {
            hosted.retire();
        }
    }

    private void refuse(WorkerEvents from, Reservation reservation, Invocation invocation) {
        ended(from, reservation, invocation, new InvocationOutcome.Refused("not idle"));
    }

    private void ended(WorkerEvents from, Reservation reservation, Invocation invocation, InvocationOutcome outcome) {
        tell(from, new InvocationProgress.Ended(invocation.requestId(), reservation, outcome));
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
