package hearth.worker;

import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.Report;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import hearth.worker.code.CodeCache;
import hearth.worker.environment.Defects;
import hearth.worker.environment.EnvironmentHost;
import hearth.worker.environment.EnvironmentSettings;
import hearth.worker.environment.ExecutionEnvironment;
import hearth.worker.logs.LogDirectory;
import hearth.worker.logs.LogLimits;
import hearth.worker.logs.LogWriter;
import hearth.worker.pool.InterpreterStart;
import hearth.worker.pool.PoolCounts;
import hearth.worker.pool.RuntimePool;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.sandbox.SandboxFactory;
import io.netty.channel.IoEventLoopGroup;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The worker of this host: runs execution environments, each on one of its event loops.
///
/// Knows its environments by id, and nothing else about them: what they may do next is theirs to decide.
public final class LocalWorker implements WorkerLink, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalWorker.class.getName());

    private static final long REPORTS = Duration.ofSeconds(1).toNanos();

    private final WorkerConfig config;
    private final IoEventLoopGroup loops;
    private final SandboxThreads threads = new SandboxThreads();
    private final LogWriter logs;
    private final RuntimePool pool;
    private final FreeMemory memory;
    private final Defects defects = new Defects();
    private final EnvironmentHost host;
    private final Map<EnvironmentId, ExecutionEnvironment> environments = new ConcurrentHashMap<>();
    private final AtomicReference<String> lastWarning = new AtomicReference<>("");
    private final Object allGone = new Object();
    private volatile boolean closing;
    private volatile WorkerEvents events = (_, _) -> {};
    private @Nullable Future<?> reports;

    /// Begins with the time of day, so that it grows over restarts.
    private final AtomicLong reportNumbers;

    /// The latest of all WorkerManagers that were heard of.
    private final AtomicLong epoch = new AtomicLong(Long.MIN_VALUE);

    /// @param loops of Netty's epoll transport; stays the caller's
    /// @param sandboxes stays the caller's, as does the code cache: to be closed after the worker
    public LocalWorker(
            WorkerConfig config,
            IoEventLoopGroup loops,
            SandboxFactory sandboxes,
            Runtimes runtimes,
            CodeCache code,
            InstantSource clock) {
        this.config = config;
        this.loops = loops;
        this.reportNumbers = new AtomicLong(clock.millis());
        this.logs = LogWriter.start(new LogDirectory(config.logs()), LogLimits.DEFAULT, config.memory());
        this.memory = new FreeMemory(Path.of("/proc/meminfo"), threads.removals(), System::nanoTime, this::report);
        this.pool = RuntimePool.start(config.pool(), sandboxes, System::nanoTime);
        this.host = new EnvironmentHost(
                runtimes,
                code,
                sandboxes,
                pool,
                logs,
                threads.preparations(),
                threads.starts(),
                threads.removals(),
                clock,
                defects,
                new EnvironmentSettings(
                        config.freezeDelay(),
                        config.initLimit(),
                        config.reach(),
                        config.credentials(),
                        config.streamPace(),
                        config.memory()));
    }

    /// Says where this worker tells its events, before the first command. Its first report comes at once.
    public void connect(WorkerEvents events) {
        this.events = events;
        report();
        reports = loops.next().scheduleAtFixedRate(this::reportAgain, REPORTS, REPORTS, TimeUnit.NANOSECONDS);
    }

    /// Netty never runs a task again that threw, and a worker that reports no more counts as gone.
    private void reportAgain() {
        try {
            report();
        } catch (RuntimeException | Error e) {
            defects.met("The worker could not report", e);
        }
    }

    private void report() {
        // Before the environments are looked at: what is reported under a later number is no older.
        long number = reportNumbers.incrementAndGet();
        var standing = environments.values().stream()
                .map(ExecutionEnvironment::standing)
                .toList();
        tell(new Report(number, epoch.get(), config.capacity(), memory.isEnough(), memory.isEnoughToKeep(), standing));
    }

    private void tell(WorkerEvent event) {
        events.happened(config.id(), event);
    }

    @Override
    public WorkerId worker() {
        return config.id();
    }

    @Override
    public void send(WorkerCommand command) {
        switch (command) {
            case WorkerCommand.Invoke(var reservation, var invocation) -> invoke(reservation, invocation);
            case WorkerCommand.Credit(var id, var requestId, var pieces) -> {
                var environment = environments.get(id);
                if (environment != null) {
                    environment.credit(requestId, pieces);
                }
            }
            case WorkerCommand.Start(var spec) -> start(spec);
            case WorkerCommand.Retire(var id) -> retire(id);
            case WorkerCommand.Expect(var function) -> expect(function);
        }
    }

    /// What is promised is more than there is, so this looks at what there is. A command that came twice starts
    /// nothing.
    private void start(EnvironmentSpec spec) {
        if (environments.containsKey(spec.id())) {
            return;
        }
        var onDemand = spec.initializationType() == InitializationType.ON_DEMAND;
        if (environments.size() >= config.capacity().slots()) {
            tell(new EnvironmentEvent.StartRefused(spec.id(), "all slots are taken"));
        } else if (!(onDemand ? memory.isEnough() : memory.isEnoughToKeep())) {
            tell(new EnvironmentEvent.StartRefused(spec.id(), "memory is short"));
        } else {
            make(spec);
        }
    }

    private void make(EnvironmentSpec spec) {
        ExecutionEnvironment environment;
        try {
            environment = new ExecutionEnvironment(spec, this::tell, host, loops.next(), this::forget);
        } catch (RuntimeException | Error e) {
            defects.met("Environment " + spec.id() + " cannot be made", e);
            tell(new EnvironmentEvent.Gone(spec.id(), Defects.asReason(e)));
            return;
        }
        if (environments.putIfAbsent(spec.id(), environment) != null) {
            return;
        }
        environment.start();
        if (closing) {
            environment.close();
        }
    }

    private void expect(FunctionVersion function) {
        threads.preparations().execute(() -> {
            if (host.runtimes().find(function.runtime()).isEmpty()) {
                warn(function);
            }
            boot(function).ifPresent(pool::expect);
        });
    }

    /// Says that a function's runtime is missing, once for its steps from Pending to Active.
    private void warn(FunctionVersion function) {
        var warning = "The function %s cannot be invoked. %s"
                .formatted(function.function().name(), host.runtimes().advice(function.runtime()));
        if (!warning.equals(lastWarning.getAndSet(warning))) {
            LOG.log(Level.WARNING, warning);
        }
    }

    /// How many runtimes are up and wait for a function such as this. May block.
    public int booted(FunctionVersion function) {
        return boot(function).map(pool::ready).orElse(0);
    }

    /// What the pool of booted runtimes has come to.
    public PoolCounts poolCounts() {
        return pool.counts();
    }

    /// How often something threw in an environment where nothing should.
    public long defects() {
        return defects.count();
    }

    private Optional<InterpreterStart> boot(FunctionVersion function) {
        return host.runtimes().find(function.runtime()).flatMap(runtime -> host.bootable()
                .of(function, runtime));
    }

    private void invoke(Reservation reservation, Invocation invocation) {
        var environment = environments.get(reservation.environment());
        if (environment == null || !reservation.worker().equals(config.id())) {
            refuse(reservation, invocation, "there is no such environment here");
        } else if (isOutdated(reservation)) {
            refuse(reservation, invocation, "there is a later WorkerManager");
        } else {
            environment.invoke(reservation, invocation);
        }
    }

    private void refuse(Reservation reservation, Invocation invocation, String reason) {
        tell(new InvocationProgress.Ended(invocation.requestId(), reservation, new Refused(reason)));
    }

    private boolean isOutdated(Reservation reservation) {
        long known = epoch.get();
        if (reservation.epoch() > known) {
            epoch.accumulateAndGet(reservation.epoch(), Math::max);
        }
        return reservation.epoch() < known;
    }

    private void retire(EnvironmentId id) {
        var environment = environments.get(id);
        if (environment != null) {
            environment.retire();
        } else {
            // Whoever asks has not heard of its end.
            tell(new EnvironmentEvent.Gone(id, null));
        }
    }

    private void forget(ExecutionEnvironment environment) {
        environments.remove(environment.spec().id());
        if (environments.isEmpty()) {
            synchronized (allGone) {
                allGone.notifyAll();
            }
        }
    }

    /// Ends every environment, also those that run an invocation, and waits until nothing is left of them.
    @Override
    public void close() {
        closing = true;
        environments.values().forEach(ExecutionEnvironment::close);
        try {
            synchronized (allGone) {
                while (!environments.isEmpty()) {
                    allGone.wait();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (reports != null) {
            reports.cancel(false);
        }
        threads.shutdown();
        pool.close();
        logs.close();
    }
}
