package hearth.invoke;

import hearth.invoke.counting.Counting;
import hearth.invoke.counting.CountingService;
import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.Frontend;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCatalog;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.FunctionSource;
import hearth.invoke.frontend.ReadAhead;
import hearth.invoke.metering.GuardedMeter;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.shards.ShardHost;
import hearth.invoke.shards.ShardedEnvironments;
import hearth.invoke.workermanager.WorkerManager;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionId;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The services of the synchronous path, put together.
public final class InvokeServices implements AutoCloseable {
    private static final Logger LOG = System.getLogger(InvokeServices.class.getName());

    private static final Duration SETTLE_AGAIN = Duration.ofSeconds(5);

    private final FunctionSource source;
    private final Executor blocking;
    private final ScheduledExecutorService scheduler;
    private final LongSupplier nanos;
    private final WorkerLinks links;
    private final Expectations expectations;
    private final ProvisionedConcurrency provisioned;
    private final FunctionCache functions;
    private final Counting counting;
    private final Supplier<Collection<FunctionId>> provisionedFunctions;
    private final @Nullable ShardedEnvironments sharded;
    private final PlacementService placement;
    private final WorkerManager workerManager;
    private final FunctionResolver resolver;
    private final Frontend frontend;
    private final WorkerEvents events;
    private final InvocationMeter meter;
    private final ScheduledFuture<?> sweeps;

    /// Null where the store is always there.
    private volatile @Nullable ReadAhead ahead;

    /// Those of a process that is alone: it looks after all functions.
    ///
    /// @param workers that are there from the beginning; others may join
    /// @param blocking runs what waits for the store, and what is too long for an event loop: virtual threads
    /// @param scheduler runs short tasks, once a second and now and then
    /// @param nanos a clock that nobody sets, `System.nanoTime`: measures how long things take and last
    /// @param random names environments: safe for several threads, and seeded so that no two servers share names
    public InvokeServices(
            InvokeConfig config,
            List<? extends WorkerLink> workers,
            FunctionSource source,
            ProvisionedConcurrency.Source provisioning,
            Executor blocking,
            ScheduledExecutorService scheduler,
            LongSupplier nanos,
            RandomGenerator random,
            InvocationMeter counter) {
        this(config, workers, source, provisioning, blocking, scheduler, nanos, random, counter, null);
    }

    /// Those of a member of a cluster: it looks after the shards that `shards` is told of.
    public InvokeServices(
            InvokeConfig config,
            List<? extends WorkerLink> workers,
            FunctionSource source,
            ProvisionedConcurrency.Source provisioning,
            Executor blocking,
            ScheduledExecutorService scheduler,
            LongSupplier nanos,
            RandomGenerator random,
            InvocationMeter counter,
            @Nullable Membership membership) {
        this.source = source;
        this.blocking = blocking;
        this.scheduler = scheduler;
        this.nanos = nanos;
        links = new WorkerLinks();
        expectations = new Expectations(source, links, blocking);
        meter = new GuardedMeter(counter);
        functions = new FunctionCache(config.functions(), source, blocking, nanos, meter);
        counting = membership == null ? new CountingService(config.accountConcurrency()) : membership.counting();
        InstantSource steady = () -> Instant.EPOCH.plusNanos(nanos.getAsLong());
        placement = new PlacementService(config.placement(), steady);
        for (var worker : workers) {
            links.add(worker);
            placement.add(worker.worker());
        }
        Function<ShardId, EnvironmentId> ids = shard -> EnvironmentId.of(random.nextLong(), random.nextLong(), shard);
        long drawn = random.nextLong();
        resolver = new FunctionResolver(functions, random, nanos, meter);
        if (membership == null) {
            workerManager =
                    new WorkerManager(config.environments(), placement, links, drawn, steady, this::after, ids, meter);
            sharded = null;
            provisionedFunctions = List::of;
            provisioned = new ProvisionedConcurrency(provisioning, workerManager, blocking, null);
            frontend = new Frontend(config.dispatch(), counting, workerManager, links, meter, nanos);
        } else {
            workerManager = WorkerManager.ofMember(
                    config.environments(), placement, links, drawn, this::settled, steady, this::after, ids, meter);
            sharded = new ShardedEnvironments(
                    membership.self(), workerManager, membership.transport(), this::after, nanos, random.nextLong());
            provisionedFunctions = membership.provisioned();
            provisioned = new ProvisionedConcurrency(provisioning, workerManager, blocking, sharded.provisioning());
            sharded.onUnknown(provisioned::provisioningChanged);
            frontend = new Frontend(config.dispatch(), counting, sharded, links, meter, nanos);
            workers.forEach(worker -> workerManager.reached(worker.worker(), true));
        }
        events = new EventRouter(frontend, workerManager, placement, counting);
        sweeps = scheduler.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
    }

    /// Runs functions for whoever has an invocation in hand.
    public Dispatch dispatch() {
        return frontend;
    }

    /// Finds functions for them.
    public FunctionResolver resolver() {
        return resolver;
    }

    /// Where the workers tell their events.
    public WorkerEvents events() {
        return events;
    }

    public Counting counting() {
        return counting;
    }

    public PlacementService placement() {
        return placement;
    }

    public ProvisionedConcurrency provisioned() {
        return provisioned;
    }

    public WorkerManager workerManager() {
        return workerManager;
    }

    /// To be called after a function was created, changed or deleted, or a version or alias of it: what is cached is
    /// read again, and environments of what is not current any more end. Does not block.
    public void functionChanged(FunctionId function) {
        functions.invalidate(function);
        var reading = ahead;
        if (reading != null) {
            reading.changed(function);
        }
        expectations.changed(function);
        provisioned.functionChanged(function);
        if (!workerManager.versionsOf(function).isEmpty()) {
            blocking.execute(() -> retireOutdated(function));
        }
    }

    /// A function may soon be invoked for the first time since this started. Blocks.
    public void expect(FunctionId function) {
        expectations.tell(function);
    }

    /// Reads functions before they are invoked, from now on and in the background: for a store that may be away. To be
    /// called once.
    public void readAhead(FunctionCatalog catalog) {
        var reading = new ReadAhead(functions, catalog, blocking, this::after, nanos);
        ahead = reading;
        reading.begin();
    }

    /// How many versions and aliases can be found without the store.
    public int knownFunctions() {
        return functions.size();
    }

    /// A worker on another host can be reached from now on, and is chosen once it has reported.
    ///
    /// @param zone what fails together with it
    /// @param anew whether its process is another than the last one of this name: it has nothing of what that had
    public void joined(WorkerLink link, String zone, boolean anew) {
        placement.reached(link.worker(), zone, anew);
        links.add(link);
        workerManager.reached(link.worker(), anew);
    }

    /// Gives a worker no more environments, and ends those that it has as they come idle; what is to be kept
    /// initialised is first made elsewhere.
    public void drain(WorkerId worker) {
        placement.drain(worker);
        workerManager.drain(worker);
    }

    /// A worker that was drained is given environments again.
    public void undrain(WorkerId worker) {
        placement.undrain(worker);
        workerManager.undrain(worker);
    }

    /// What a member is told by its cluster.
    ///
    /// @throws IllegalStateException in a process that is alone
    public ShardHost shards() {
        if (sharded == null) {
            throw new IllegalStateException("This process is no member of a cluster");
        }
        return sharded;
    }

    /// A worker is about to stop: it is given nothing more, what runs there may end, and what is to be kept initialised
    /// is made elsewhere.
    public void leaving(WorkerId worker) {
        drain(worker);
        workerManager.lost(worker);
    }

    /// A worker cannot be reached any more: nothing more is given to it. What is now told to have been refused there is
    /// done elsewhere.
    public void unreachable(WorkerId worker) {
        placement.lost(worker);
        workerManager.lost(worker);
        links.remove(worker);
    }

    /// Whatever else was given to a worker that is `unreachable` is over for those who wait for it.
    public void lost(WorkerId worker) {
        frontend.lost(worker);
    }

    /// Fails who waits for an environment, and ends those that are idle.
    @Override
    public void close() {
        sweeps.cancel(false);
        var reading = ahead;
        if (reading != null) {
            reading.close();
        }
        functions.close();
        workerManager.close();
    }

    private void after(Duration delay, Runnable action) {
        var _ = scheduler.schedule(() -> guarded(action), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void sweep() {
        guarded(functions::sweep);
        guarded(workerManager::sweep);
        guarded(placement::sweep);
        if (sharded != null) {
            guarded(sharded::sweep);
        }
        guarded(frontend::sweep);
    }

    /// Runs a task of the scheduler, which would not run it again if it threw.
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable defect) {
            meter.defect();
            LOG.log(Level.ERROR, "A task of the scheduler failed", defect);
        }
    }

    /// A shard was taken up, with environments of functions that may have changed since.
    private void settled(ShardId shard) {
        blocking.execute(() -> {
            var kept = workerManager.functionsOf(shard);
            try {
                provisionedFunctions.get().stream()
                        .filter(function -> ShardId.of(function).equals(shard))
                        .forEach(provisioned::apply);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, "Cannot tell what is provisioned in shard " + shard, e);
                after(SETTLE_AGAIN, () -> settled(shard));
                return;
            }
            for (var function : kept) {
                if (!workerManager.provisionedVersionsOf(function).isEmpty()) {
                    provisioned.apply(function);
                }
                retireOutdated(function);
            }
        });
    }

    private void retireOutdated(FunctionId function) {
        for (var version : workerManager.versionsOf(function)) {
            try {
                source.find(function, version)
                        .ifPresentOrElse(
                                current -> workerManager.supersede(
                                        function, version, current.version().generation()),
                                () -> workerManager.deleted(function, version));
            } catch (RuntimeException | Error e) {
                // The next invocation brings the new generation, which does the same.
                LOG.log(Level.WARNING, "Cannot tell whether environments of " + function + " are outdated", e);
            }
        }
    }
}
