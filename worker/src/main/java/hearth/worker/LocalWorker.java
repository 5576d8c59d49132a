package hearth.worker;

import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentListener;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationListener;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.Reservation;
import hearth.model.worker.Worker;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
import hearth.worker.code.CodeCache;
import hearth.worker.environment.Defects;
import hearth.worker.environment.EnvironmentHost;
import hearth.worker.environment.EnvironmentSettings;
import hearth.worker.environment.ExecutionEnvironment;
import hearth.worker.logs.LogDirectory;
import hearth.worker.logs.LogWriter;
import hearth.worker.pool.InterpreterStart;
import hearth.worker.pool.PoolCounts;
import hearth.worker.pool.RuntimePool;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.sandbox.SandboxFactory;
import io.netty.channel.IoEventLoopGroup;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/// The worker of this host: runs execution environments, each on one of its event loops.
///
/// Knows its environments by id, and nothing else about them: what they may do next is theirs to decide.
public final class LocalWorker implements Worker, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalWorker.class.getName());

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
        this.logs = LogWriter.start(new LogDirectory(config.logs()));
        this.memory = new FreeMemory(Path.of("/proc/meminfo"), threads.removals(), System::nanoTime);
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
                        config.streamPace()));
    }

    @Override
    public WorkerId id() {
        return config.id();
    }

    @Override
    public WorkerCapacity capacity() {
        return config.capacity();
    }

    @Override
    public boolean hasRoom() {
        return memory.isEnough();
    }

    @Override
    public boolean hasRoomToKeep() {
        return memory.isEnoughToKeep();
    }

    @Override
    public void start(EnvironmentSpec spec, EnvironmentListener listener) {
        ExecutionEnvironment environment;
        try {
            environment = new ExecutionEnvironment(spec, listener, host, loops.next(), this::forget);
        } catch (RuntimeException | Error e) {
            defects.met("Environment " + spec.id() + " cannot be made", e);
            listener.gone(spec.id(), new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "The worker failed: " + e));
            return;
        }
        if (environments.putIfAbsent(spec.id(), environment) != null) {
            throw new IllegalArgumentException("There is an environment " + spec.id() + " already");
        }
        environment.start();
        if (closing) {
            environment.close();
        }
    }

    @Override
    public void expect(FunctionVersion function) {
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

    @Override
    public void invoke(Reservation reservation, Invocation invocation, InvocationListener listener) {
        var environment = environments.get(reservation.environment());
        if (environment == null || !reservation.worker().equals(config.id())) {
            listener.ended(new Refused("there is no such environment here"));
        } else {
            environment.invoke(reservation, invocation, listener);
        }
    }

    @Override
    public void retire(EnvironmentId id) {
        var environment = environments.get(id);
        if (environment != null) {
            environment.retire();
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
        threads.shutdown();
        pool.close();
        logs.close();
    }
}
