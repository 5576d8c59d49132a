package hearth.invoke.workermanager;

import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.Demand;
import hearth.invoke.placement.Placement;
import hearth.invoke.placement.PlacementRequest;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.Report;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardEvent;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Knows every execution environment, idle or busy, and hands an idle one to an invocation.
///
/// An invocation takes the environment that was idle last, at once. If none is idle it waits, and a new one is
/// asked for unless as many are being made as wait, or those that are busy are expected to serve all sooner.
/// Whichever comes first, a new one or one that comes free, serves whoever waits longest. A surplus new one stays
/// idle for the next.
///
/// When every worker is full, the longest idle environments, of any function, end to make room: a request that
/// waits is worth more than a cache. If nothing comes free within `capacityWait` the caller is throttled, as by AWS
/// when it cannot grow faster.
///
/// One lock, `table`, guards what is known. It is held while deciding only: links, waiters and the
/// PlacementService are called after it is let go.
public final class WorkerManager implements Environments, AutoCloseable {
    private static final Logger LOG = System.getLogger(WorkerManager.class.getName());

    private static final NotRunnable FAILED =
            new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "Hearth failed to find an environment");

    /// Guarded by itself.
    private final EnvironmentTable table;

    private final PlacementService placement;
    private final WorkerLinks links;
    private final InstantSource clock;
    private final Alarm alarm;
    private final InvocationMeter meter;
    private final Consumer<ShardId> settled;

    /// Runs something after a while, on any thread.
    @FunctionalInterface
    public interface Alarm {
        void after(Duration delay, Runnable action);
    }

    /// That of a process which is alone: it looks after all shards.
    ///
    /// @param drawn at random; tells this WorkerManager from others that its workers have known
    /// @param clock one that nobody sets: only the time between two of its moments means something
    /// @param ids makes names for environments of a shard that are unique for all time; called by several threads
    public WorkerManager(
            WorkerManagerConfig config,
            PlacementService placement,
            WorkerLinks links,
            long drawn,
            InstantSource clock,
            Alarm alarm,
            Function<ShardId, EnvironmentId> ids,
            InvocationMeter meter) {
        this(config, placement, links, OwnedShards.all(drawn), _ -> {}, clock, alarm, ids, meter);
    }

    private WorkerManager(
            WorkerManagerConfig config,
            PlacementService placement,
            WorkerLinks links,
            OwnedShards shards,
            Consumer<ShardId> settled,
            InstantSource clock,
            Alarm alarm,
            Function<ShardId, EnvironmentId> ids,
            InvocationMeter meter) {
        this.table = new EnvironmentTable(config, shards, ids);
        this.placement = placement;
        this.links = links;
        this.settled = settled;
        this.clock = clock;
        this.alarm = alarm;
        this.meter = meter;
    }

    /// That of a member of a cluster, which looks after the shards that it begins.
    ///
    /// @param drawn at random; tells this WorkerManager from those of other members, and of this one before
    /// @param settled is told of each shard that was begun, once it is taken up; must not block
    public static WorkerManager ofMember(
            WorkerManagerConfig config,
            PlacementService placement,
            WorkerLinks links,
            long drawn,
            Consumer<ShardId> settled,
            InstantSource clock,
            Alarm alarm,
            Function<ShardId, EnvironmentId> ids,
            InvocationMeter meter) {
        return new WorkerManager(config, placement, links, OwnedShards.none(drawn), settled, clock, alarm, ids, meter);
    }

    /// Looks after a shard from now on: its environments are taken up at the workers, and served from.
    public void begin(ShardId shard) {
        decide((now, actions) -> table.handOver().begin(shard, now, actions));
    }

    /// Looks after a shard no more. Its environments stay as they are, for whoever does; who waits is told to ask
    /// there.
    public void end(ShardId shard) {
        decide((_, actions) -> table.handOver().end(shard, actions));
    }

    /// Whether this looks after a shard now, as far as is known here.
    public boolean accepts(ShardId shard) {
        synchronized (table) {
            return table.shards().accepts(shard);
        }
    }

    /// What a worker answers to being taken up.
    public void happened(WorkerId from, ShardEvent event) {
        switch (event) {
            case ShardEvent.TakenUp(var shard, var epoch, var environments) -> {
                var adoptions =
                        environments.stream().map(held -> adoption(from, held)).toList();
                decide((now, actions) -> table.handOver().takenUp(from, shard, epoch, adoptions, now, actions));
            }
            case ShardEvent.Superseded(var shard, var epoch) ->
                decide((now, actions) -> table.handOver().superseded(shard, epoch, now, actions));
        }
    }

    private HandOver.Adoption adoption(WorkerId worker, HeldEnvironment held) {
        boolean stays = HandOver.isKept(held);
        return new HandOver.Adoption(
                held, placement.adopt(worker, Demand.of(held.spec().function()), stays));
    }

    @Override
    public void acquire(FunctionVersion version, @Nullable String tenant, Waiter waiter) {
        var actions = new ArrayList<EnvironmentAction>(2);
        try {
            synchronized (table) {
                table.acquire(version, tenant, waiter, clock.instant(), actions);
            }
        } catch (RuntimeException | Error e) {
            met("No environment could be looked for, of " + version.function(), e);
            synchronized (table) {
                table.forget(waiter);
            }
            if (actions.stream().noneMatch(action -> tells(action, waiter))) {
                actions.add(new EnvironmentAction.Fail(waiter, new Unavailable.Defect()));
            }
        }
        perform(actions);
    }

    @Override
    public void withdraw(FunctionVersion version, @Nullable String tenant, Waiter waiter) {
        decide((_, _) -> table.withdraw(version, tenant, waiter));
    }

    private static boolean tells(EnvironmentAction action, Waiter waiter) {
        return switch (action) {
            case EnvironmentAction.Serve(var told, var _) -> told == waiter;
            case EnvironmentAction.Fail(var told, var _) -> told == waiter;
            case EnvironmentAction.Move(var told) -> told == waiter;
            default -> false;
        };
    }

    @Override
    public void refused(Reservation reservation) {
        decide((now, actions) -> table.refused(reservation, now, actions));
    }

    @Override
    public void unused(Reservation reservation, boolean unreachable) {
        decide((now, actions) -> table.unused(reservation, now, actions));
    }

    /// Ends the environments of a version that are older than a generation, once they are idle.
    public void supersede(FunctionId function, String version, long generation) {
        decide((_, actions) -> table.supersede(function, version, generation, actions));
    }

    /// Ends all environments of a version, once they are idle: it was deleted.
    public void deleted(FunctionId function, String version) {
        supersede(function, version, Long.MAX_VALUE);
    }

    /// Keeps so many environments of a version initialised from now on: more are made, or those beyond it end.
    public void provision(FunctionVersion version, int environments) {
        decide((now, actions) -> table.provision(version, environments, now, actions));
    }

    public Provisioned provisioned(FunctionId function, String version) {
        synchronized (table) {
            return table.provisioned(function, version);
        }
    }

    /// The versions of a function that are to be kept initialised.
    public Set<FunctionVersion> provisionedVersionsOf(FunctionId function) {
        synchronized (table) {
            return table.provisionedVersionsOf(function);
        }
    }

    /// The functions of a shard that have environments.
    public Set<FunctionId> functionsOf(ShardId shard) {
        synchronized (table) {
            return table.functionsOf(shard);
        }
    }

    /// The versions of a function that have environments.
    public Set<String> versionsOf(FunctionId function) {
        synchronized (table) {
            return table.versionsOf(function);
        }
    }

    /// Does what is due by time alone. To be called about once a second.
    public void sweep() {
        decide(table::sweep);
    }

    public EnvironmentCounts counts() {
        synchronized (table) {
            return table.counts();
        }
    }

    /// What a worker tells of an environment. Of one that is not known here, it is told to end it.
    public void happened(WorkerId from, EnvironmentEvent event) {
        decide((now, actions) -> {
            switch (event) {
                case EnvironmentEvent.Ready(var id) -> {
                    if (isKnown(from, id, actions)) {
                        table.ready(id, now, actions);
                    }
                }
                case EnvironmentEvent.Idle(var id, var reservation, var sample) -> {
                    if (isKnown(from, id, actions)) {
                        table.idle(id, reservation, sample, now, actions);
                    }
                }
                case EnvironmentEvent.Gone(var id, var why) -> table.gone(id, Optional.ofNullable(why), now, actions);
                case EnvironmentEvent.StartRefused(var id, var _) -> table.startRefused(id, now, actions);
            }
        });
    }

    private boolean isKnown(WorkerId worker, EnvironmentId id, List<EnvironmentAction> actions) {
        boolean known = table.knows(id);
        if (!known) {
            table.retireStray(worker, id, actions);
        }
        return known;
    }

    /// What a worker reports of all its environments: puts right what messages were lost.
    public void reported(WorkerId from, Report report) {
        var named = report.byId();
        decide((now, actions) -> table.reported(from, report, named, now, actions));
    }

    /// A worker cannot be reached any more, or is to be given nothing more. Its environments are given to nobody, and
    /// taken up again by its reports if it is reached in time.
    public void lost(WorkerId worker) {
        decide((now, actions) -> table.lost(worker, now, actions));
    }

    /// A worker can be reached.
    ///
    /// @param anew whether its process is another than before, which has nothing of what that had
    public void reached(WorkerId worker, boolean anew) {
        decide((now, actions) -> table.reached(worker, anew, now, actions));
    }

    /// Ends what a worker has, as it comes idle; what is to be kept initialised is first made elsewhere.
    public void drain(WorkerId worker) {
        decide((now, actions) -> table.drains().begin(worker, now, actions));
    }

    /// A worker that was drained keeps its environments from now on.
    public void undrain(WorkerId worker) {
        decide((_, _) -> table.drains().end(worker));
    }

    /// Fails whoever waits, and ends environments as they come free. Nothing is given out any more.
    @Override
    public void close() {
        decide((_, actions) -> table.close(actions));
    }

    private void look(FunctionEnvironments function) {
        decide((now, actions) -> table.look(function, now, actions));
    }

    /// Adds the actions that follow from something to those that it is given.
    @FunctionalInterface
    private interface Decision {
        void decide(Instant now, List<EnvironmentAction> actions);
    }

    /// Decides under the lock, and does what follows after it is let go: also what a decision had found that threw in
    /// the end. What it did not come to is put right by the workers' next reports.
    private void decide(Decision decision) {
        var actions = new ArrayList<EnvironmentAction>(2);
        try {
            synchronized (table) {
                decision.decide(clock.instant(), actions);
            }
        } catch (RuntimeException | Error e) {
            met("A decision about environments failed", e);
        }
        perform(actions);
    }

    /// Does actions in their order, then those that followed from them. One that throws keeps no other from being done.
    private void perform(List<EnvironmentAction> actions) {
        var todo = actions;
        while (!todo.isEmpty()) {
            var next = new ArrayList<EnvironmentAction>(0);
            for (var action : todo) {
                try {
                    perform(action, next);
                } catch (RuntimeException | Error e) {
                    met("Could not do " + action, e);
                    makeUpFor(action);
                }
            }
            todo = next;
        }
    }

    private void met(String what, Throwable defect) {
        meter.defect();
        LOG.log(Level.ERROR, what, defect);
    }

    /// After an action that threw, nobody is to wait for ever, and nothing to stay taken.
    private void makeUpFor(EnvironmentAction action) {
        switch (action) {
            case EnvironmentAction.Serve(var waiter, var assignment) -> {
                refused(assignment.reservation());
                fail(waiter);
            }
            case EnvironmentAction.Ask(var environment) ->
                decide((now, actions) -> table.askFailed(environment, FAILED, now, actions));
            case EnvironmentAction.Move(var waiter) -> fail(waiter);
            case EnvironmentAction.Watch(var function, var _) -> decide((_, _) -> table.watchFailed(function));
            default -> {}
        }
    }

    private void fail(Waiter waiter) {
        try {
            waiter.failed(new Unavailable.Defect());
        } catch (RuntimeException | Error e) {
            met("Could not tell who waits of a failure", e);
        }
    }

    /// @param next gets what follows
    private void perform(EnvironmentAction action, List<EnvironmentAction> next) {
        switch (action) {
            case EnvironmentAction.Serve(var waiter, var assignment) -> waiter.served(assignment);
            case EnvironmentAction.Fail(var waiter, var why) -> waiter.failed(why);
            case EnvironmentAction.Move(var waiter) -> waiter.moved();
            case EnvironmentAction.TakeUp(var worker, var shard, var epoch) ->
                links.send(worker, new WorkerCommand.TakeUp(shard, epoch));
            case EnvironmentAction.LookAtShard(var shard, var delay) ->
                alarm.after(
                        delay, () -> decide((now, actions) -> table.handOver().look(shard, now, actions)));
            case EnvironmentAction.MakeRoom(var function) -> makeRoom(function);
            case EnvironmentAction.Settled(var shard) -> settled.accept(shard);
            case EnvironmentAction.Watch(var function, var delay) -> alarm.after(delay, () -> look(function));
            case EnvironmentAction.Retire(var environment) ->
                links.send(environment.slot().worker(), new WorkerCommand.Retire(environment.id()));
            case EnvironmentAction.RetireStray(var worker, var id) -> links.send(worker, new WorkerCommand.Retire(id));
            case EnvironmentAction.Initialized(var function, var took) -> meter.initialized(function, took);
            case EnvironmentAction.WorkerSucceeded(var slot) -> slot.succeeded();
            case EnvironmentAction.WorkerFailed(var slot) -> slot.failed();
            case EnvironmentAction.WorkerFull(var slot) -> slot.refused();
            case EnvironmentAction.KeepNoLonger(var slot) -> slot.keepNoLonger();
            case EnvironmentAction.GiveBack(var slot) -> slot.close();
            case EnvironmentAction.Ask(var environment) -> place(environment, next);
        }
    }

    private void makeRoom(FunctionEnvironments function) {
        placement
                .roomToMake(request(function, false))
                .ifPresent(worker -> links.send(
                        worker, new WorkerCommand.MakeRoom(function.demand().memory())));
    }

    private void place(Environment environment, List<EnvironmentAction> next) {
        var found = placement.place(request(environment.function(), environment.isProvisioned()));
        boolean isStarted;
        try {
            synchronized (table) {
                isStarted = table.placed(environment, found, clock.instant(), next);
            }
        } catch (RuntimeException | Error e) {
            if (found instanceof Placement.Placed(var slot)) {
                slot.close();
            }
            throw e;
        }
        if (isStarted && found instanceof Placement.Placed(var slot)) {
            start(environment, slot.worker());
        }
    }

    private PlacementRequest request(FunctionEnvironments function, boolean provisioned) {
        synchronized (table) {
            var startsAt = table.shards().startsAt(function.shard());
            var avoided = function.waiting().avoided();
            return new PlacementRequest(
                    function.demand(),
                    provisioned,
                    worker -> startsAt.test(worker) && !avoided.contains(worker),
                    function.spread(provisioned));
        }
    }

    private void start(Environment environment, WorkerId worker) {
        var function = environment.function();
        var type = function.isSnapStart()
                ? InitializationType.SNAP_START
                : environment.isProvisioned()
                        ? InitializationType.PROVISIONED_CONCURRENCY
                        : InitializationType.ON_DEMAND;
        var spec = new EnvironmentSpec(
                environment.id(), function.version(), function.tenant(), type, function.maxConcurrency());
        try {
            if (!links.send(worker, new WorkerCommand.Start(spec))) {
                happened(worker, new EnvironmentEvent.StartRefused(environment.id(), "the worker is not connected"));
            }
        } catch (RuntimeException | Error e) {
            met("Worker " + worker + " could not be told to start " + environment.id(), e);
            happened(worker, new EnvironmentEvent.Gone(environment.id(), FAILED));
        }
    }
}
