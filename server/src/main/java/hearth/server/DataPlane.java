package hearth.server;

import hearth.cluster.FunctionStore;
import hearth.cluster.Qualified;
import hearth.cluster.Setting;
import hearth.cluster.Store;
import hearth.invoke.InvokeConfig;
import hearth.invoke.InvokeServices;
import hearth.invoke.frontend.FunctionCatalog;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.model.Bytes;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.code.PackageLimits;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.WorkerId;
import hearth.worker.LocalWorker;
import hearth.worker.WorkerConfig;
import hearth.worker.code.CodeCache;
import hearth.worker.code.PackageSource;
import hearth.worker.code.UnpackingThreads;
import hearth.worker.endpoints.FunctionReach;
import hearth.worker.environment.CredentialIssuer;
import hearth.worker.pool.PoolConfig;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.sandbox.SandboxFactory;
import io.netty.channel.IoEventLoopGroup;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/// Starts the data plane: this host's worker, and the services of the synchronous path.
final class DataPlane {
    /// The worker of a process that has a frontend too.
    static final WorkerId OWN_WORKER = new WorkerId("local");

    /// The size up to which unpacked code that nobody uses is kept, so that a cold start need not unpack.
    private static final Bytes CODE_CACHE = Bytes.mebibytes(10 << 10);

    /// How many functions have their runtimes booted at start-up.
    private static final int EXPECTED = 20;

    private DataPlane() {}

    static LocalWorker startWorker(
            WorkerId id,
            ServerConfig config,
            StartedParts parts,
            PackageSource packages,
            SandboxFactory sandboxes,
            IoEventLoopGroup loops,
            Runtimes runtimes,
            CredentialIssuer credentials,
            FunctionReach reach,
            MemoryBudget memory,
            InstantSource clock)
            throws StartException {
        var data = config.data();
        try {
            var code = parts.add(
                    "code cache",
                    new CodeCache(
                            data.resolve("code"),
                            packages,
                            PackageLimits.stored(config.limits().packages()),
                            CODE_CACHE,
                            parts.add(
                                    "threads that unpack",
                                    UnpackingThreads.of(Runtime.getRuntime().availableProcessors())),
                            memory,
                            clock));
            var settings = WorkerConfig.defaults(
                    id,
                    HostCapacity.measure(),
                    data.resolve("logs"),
                    new PoolConfig(config.poolMemory(), PoolConfig.KEEP),
                    credentials,
                    reach,
                    config.streamPace(),
                    memory);
            return parts.add("worker", new LocalWorker(settings, loops, sandboxes, runtimes, code, clock));
        } catch (IOException e) {
            throw new StartException("Cannot use " + data + " for code: " + e.getMessage(), e);
        }
    }

    static InvokeServices startInvokeServices(
            ServerConfig config,
            StartedParts parts,
            Store store,
            Optional<LocalWorker> worker,
            Optional<ClusterPlane> cluster,
            Executor threads,
            RandomGenerator random,
            InvocationMeter meter) {
        var scheduler = parts.add(
                "scheduler",
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("scheduler").daemon().factory()));
        var defaults = InvokeConfig.DEFAULT;
        var settings = new InvokeConfig(
                config.limits().concurrentExecutions(),
                defaults.functions(),
                defaults.environments().withIdleExpiry(config.idleTimeout()),
                PlacementConfig.DEFAULT.withKeptPercent(config.provisionedShare()),
                defaults.dispatch());
        var services = parts.add(
                "invoke services",
                new InvokeServices(
                        settings,
                        cluster.isPresent() ? List.of() : worker.stream().toList(),
                        store.functions()::resolve,
                        function -> keptInitialized(store.functions(), function),
                        threads,
                        scheduler,
                        System::nanoTime,
                        random,
                        meter,
                        cluster.map(plane -> plane.membership(store)).orElse(null)));
        worker.ifPresent(started -> cluster.ifPresentOrElse(
                plane -> services.joined(
                        started.from(plane.self(), services.events()),
                        config.cluster().zone(),
                        true),
                () -> started.connect(services.events())));
        var functions = store.functions();
        new AccountConcurrency(functions, services.counting()).begin();
        functions.onChange(Setting.PROVISIONED_CONCURRENCY, services.provisioned()::provisioningChanged);
        functions.onChange(services::functionChanged);
        functions.settings(Setting.PROVISIONED_CONCURRENCY).stream()
                .map(Qualified::function)
                .distinct()
                .forEach(services.provisioned()::provisioningChanged);
        threads.execute(BestEffort.of(
                "Starting what may be invoked first",
                () -> functions.changedLast(EXPECTED).forEach(services::expect)));
        return services;
    }

    /// What is provisioned, and one environment of each version that waits for that under SnapStart.
    private static Map<FunctionVersion, Integer> keptInitialized(FunctionStore functions, FunctionId function) {
        var wanted = new HashMap<>(functions.provisioned(function));
        functions.initializing(function).forEach(version -> wanted.putIfAbsent(version, 1));
        return wanted;
    }

    /// Has functions known before they are invoked, for when the store is away.
    static void readAhead(InvokeServices services, FunctionStore functions) {
        services.readAhead(new FunctionCatalog() {
            @Override
            public List<FunctionId> changedLast(int most) {
                return functions.changedLast(most);
            }

            @Override
            public List<String> qualifiers(FunctionId function, int aliases, int versions) {
                return functions.qualifiers(function, aliases, versions);
            }
        });
    }
}
