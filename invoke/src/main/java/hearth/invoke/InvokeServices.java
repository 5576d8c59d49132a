package hearth.invoke;

import hearth.invoke.counting.CountingService;
import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.Frontend;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.FunctionSource;
import hearth.invoke.metering.GuardedMeter;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workermanager.WorkerManager;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionId;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// The services of the synchronous path, put together.
public final class InvokeServices implements AutoCloseable {
    private static final Logger LOG = System.getLogger(InvokeServices.class.getName());

    private final FunctionSource source;
    private final Executor blocking;
    private final ScheduledExecutorService scheduler;
    private final WorkerLinks links;
    private final Expectations expectations;
    private final ProvisionedConcurrency provisioned;
    private final FunctionCache functions;
    private final CountingService counting;
    private final PlacementService placement;
    private final WorkerManager workerManager;
    private final FunctionResolver resolver;
    private final Frontend frontend;
    private final WorkerEvents events;
    private final InvocationMeter meter;
    private final ScheduledFuture<?> sweeps;

    /// @param workers that are there from the beginning; others may join
    /// @param blocking runs what waits for the store, and what is too long for an event loop: virtual threads
    /// @param scheduler runs short tasks, once a second and now and then
    /// @param clock tells the time of day
    /// @param nanos a clock that nobody sets, `System.nanoTime`: measures how long things take and last
    /// @param random names environments: safe for several threads, and seeded so that no two servers share names
    public InvokeServices(
            InvokeConfig config,
            List<? extends WorkerLink> workers,
            FunctionSource source,
            ProvisionedConcurrency.Source provisioning,
            Executor blocking,
            ScheduledExecutorService scheduler,
            InstantSource clock,
            LongSupplier nanos,
            RandomGenerator random,
            InvocationMeter counter) {
        this.source = source;
        this.blocking = blocking;
        this.scheduler = scheduler;
        links = new WorkerLinks();
        expectations = new Expectations(source, links, blocking);
        meter = new GuardedMeter(counter);
        functions = new FunctionCache(config.functions(), source, blocking, nanos, meter);
        counting = new CountingService(config.accountConcurrency());
        InstantSource steady = () -> Instant.EPOCH.plusNanos(nanos.getAsLong());
        placement = new PlacementService(config.placement(), steady);
        for (var worker : workers) {
            links.add(worker);
            placement.add(worker.worker());
        }
        workerManager = new WorkerManager(
                config.environments(),
                placement,
                links,
                clock.millis(),
                steady,
                this::after,
                () -> EnvironmentId.of(random.nextLong(), random.nextLong()),
                meter);
        provisioned = new ProvisionedConcurrency(provisioning, workerManager, blocking);
        resolver = new FunctionResolver(functions, random, nanos, meter);
        frontend = new Frontend(config.dispatch(), counting, workerManager, links, meter, nanos);
        events = new EventRouter(frontend, workerManager, placement);
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

    public CountingService counting() {
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

    /// A worker on another host can be reached from now on, and is chosen once it has reported.
    ///
    /// @param anew whether its process is another than the last one of this name: it has nothing of what that had
    public void joined(WorkerLink link, boolean anew) {
        if (anew) {
            placement.add(link.worker());
        }
        workerManager.reached(link.worker(), anew);
        links.add(link);
    }

    /// A worker is about to stop: it is given nothing more, and what runs there may end.
    public void leaving(WorkerId worker) {
        placement.drain(worker);
        workerManager.lost(worker);
    }

    /// A worker cannot be reached any more: nothing more is given to it. What is now told to have been refused there is
    /// done elsewhere.
    public void unreachable(WorkerId worker) {
        links.remove(worker);
        placement.lost(worker);
        workerManager.lost(worker);
    }

    /// Whatever else was given to a worker that is `unreachable` is over for those who wait for it.
    public void lost(WorkerId worker) {
        frontend.lost(worker);
    }

    /// Fails who waits for an environment, and ends those that are idle.
    @Override
    public void close() {
        sweeps.cancel(false);
        functions.close();
        workerManager.close();
    }

    private void after(Duration delay, Runnable action) {
        var _ = scheduler.schedule(() -> guarded(action), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void sweep() {
        guarded(functions::sweep);
        guarded(workerManager::sweep);
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
