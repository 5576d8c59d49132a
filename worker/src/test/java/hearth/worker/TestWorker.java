package hearth.worker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.Yardstick;
import hearth.model.code.PackageLimits;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.Report;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.ShardEvent;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerId;
import hearth.worker.code.CodeCache;
import hearth.worker.code.UnpackingThreads;
import hearth.worker.endpoints.ApiEntrance;
import hearth.worker.endpoints.FunctionEndpoints;
import hearth.worker.endpoints.FunctionReach;
import hearth.worker.endpoints.Relays;
import hearth.worker.environment.CredentialIssuer;
import hearth.worker.environment.StreamPace;
import hearth.worker.logs.LogDirectory;
import hearth.worker.logs.LogEvent;
import hearth.worker.logs.LogReader;
import hearth.worker.loops.EpollLoops;
import hearth.worker.pool.PoolConfig;
import hearth.worker.runtimes.HostLayout;
import hearth.worker.runtimes.KeptRuntimes;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.sandbox.Instance;
import hearth.worker.sandbox.NetworkPolicy;
import hearth.worker.sandbox.SandboxConfig;
import hearth.worker.sandbox.SandboxFactory;
import hearth.worker.sandbox.SandboxKind;
import hearth.worker.sandbox.Sandboxes;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A whole worker with real sandboxes, and functions whose code is a few files.
public final class TestWorker implements AutoCloseable {
    public static final Path GUEST =
            Path.of("../guest/target/guest").toAbsolutePath().normalize();
    static final WorkerId ID = new WorkerId("here");
    static final AccountId ACCOUNT = new AccountId("000000000000");
    static final Region REGION = new Region("us-east-1");
    private static final FunctionEndpoints ENDPOINTS =
            FunctionEndpoints.of(ServiceEndpoints.of(Map.of("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")), 0);

    /// What is waited for comes in a moment; on a machine that is busy with other things, later.
    static final Duration PATIENCE = Duration.ofMinutes(3);

    /// The time of functions that are to run out of it, long enough for a second start.
    static final Duration SHORT = scaled(Duration.ofSeconds(2)).truncatedTo(ChronoUnit.SECONDS);

    /// The time of all others, which no function of these tests takes, however slow the machine.
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    /// However slow the machine was in the moment when that was measured, a limit comes well within the patience of
    /// those who wait for its end.
    private static Duration scaled(Duration quiet) {
        var most = PATIENCE.dividedBy(5);
        var scaled = Yardstick.scaled(quiet);
        return scaled.compareTo(most) < 0 ? scaled : most;
    }

    private final Path directory;
    private final IoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollLoops.newFactory());
    final Faults faults = new Faults();
    final RecordedSandboxes sandboxes;
    private final CodeCache code;
    final Runtimes runtimes =
            Runtimes.discover(HostLayout.of(System.getenv(), GUEST, KeptRuntimes.in(Path.of("/nonexistent"))));
    private final Map<CodeDigest, byte[]> packages = new ConcurrentHashMap<>();
    private final Map<CodeDigest, CountDownLatch> late = new ConcurrentHashMap<>();
    private final Map<EnvironmentId, TestEnvironment> started = new ConcurrentHashMap<>();
    private volatile @Nullable Report lastReport;
    private final AtomicLong environments = new AtomicLong();
    final LocalWorker worker;
    final MemoryBudget memory = new MemoryBudget(Bytes.mebibytes(256));

    public TestWorker(SandboxKind kind, Path directory) throws Exception {
        this(kind, directory, PoolConfig.NONE);
    }

    TestWorker(SandboxKind kind, Path directory, PoolConfig pool) throws Exception {
        this(kind, directory, pool, 100);
    }

    /// @param slots how many environments it may have at once
    TestWorker(SandboxKind kind, Path directory, PoolConfig pool, int slots) throws Exception {
        this.directory = directory;
        this.sandboxes = new RecordedSandboxes(sandboxes(kind, directory), faults);
        this.code = new CodeCache(
                Files.createDirectories(directory.resolve("code")),
                this::open,
                PackageLimits.STORED,
                Bytes.mebibytes(1024),
                UnpackingThreads.of(1),
                InstantSource.system());
        var config = new WorkerConfig(
                ID,
                new WorkerCapacity(Bytes.mebibytes(4096), 2000, slots),
                directory.resolve("logs"),
                pool,
                WorkerConfig.FREEZE_DELAY,
                scaled(Duration.ofSeconds(2)),
                CredentialIssuer.PLACEHOLDERS,
                new FunctionReach(
                        ENDPOINTS,
                        ApiEntrance.CLOSED,
                        new Relays(100, Duration.ofMinutes(20), MemoryBudget.unlimited())),
                StreamPace.AWS,
                memory);
        this.worker = new LocalWorker(config, loops, sandboxes, runtimes, code, this::now);
        worker.connect(this::happened);
    }

    private Instant now() {
        faults.at("clock");
        return Instant.now();
    }

    /// Skips the test where this kind cannot be had.
    private static SandboxFactory sandboxes(SandboxKind kind, Path directory) throws Exception {
        var launcher = GUEST.resolve("launcher");
        if (kind == SandboxKind.NAMESPACES) {
            assumeTrue("root".equals(System.getProperty("user.name")), "namespaces need root");
            assumeTrue(Files.isExecutable(launcher), "needs the launcher: build the guest module");
        }
        return Sandboxes.choose(new SandboxConfig(
                        launcher,
                        directory.resolve("sandboxes"),
                        Instance.of(directory),
                        NetworkPolicy.closed(),
                        Optional.of(kind),
                        ENDPOINTS.innerServices()))
                .factory();
    }

    /// A function of `provided.al2023` whose bootstrap is `SCRIPTED_RUNTIME`.
    public FunctionVersion scripted(String name, Map<String, String> environment) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs /usr/bin/python3");
        return function(name, "provided.al2023", "", code(Map.of("bootstrap", ScriptedRuntime.SOURCE)), environment);
    }

    public FunctionVersion function(
            String name, String runtime, String handler, CodeDigest code, Map<String, String> environment) {
        return function(name, runtime, handler, code, List.of(), environment);
    }

    public FunctionVersion function(
            String name,
            String runtime,
            String handler,
            CodeDigest code,
            List<CodeDigest> layers,
            Map<String, String> environment) {
        return new FunctionVersion(
                new FunctionId(ACCOUNT, REGION, name),
                "$LATEST",
                1,
                FunctionState.ACTIVE,
                runtime,
                handler,
                code,
                layers,
                Bytes.mebibytes(1769),
                TIMEOUT,
                Bytes.mebibytes(512),
                environment,
                "arn:aws:iam::000000000000:role/none",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/" + name,
                "INFO",
                "INFO",
                Optional.empty());
    }

    static FunctionVersion withMemory(FunctionVersion of, Bytes memory) {
        return with(of, memory, of.timeout());
    }

    static FunctionVersion withTimeout(FunctionVersion of, Duration timeout) {
        return with(of, of.memory(), timeout);
    }

    private static FunctionVersion with(FunctionVersion of, Bytes memory, Duration timeout) {
        return new FunctionVersion(
                of.function(),
                of.version(),
                of.generation(),
                of.state(),
                of.runtime(),
                of.handler(),
                of.code(),
                of.layers(),
                memory,
                timeout,
                of.ephemeralStorage(),
                of.environment(),
                of.role(),
                of.architecture(),
                of.logFormat(),
                of.logGroup(),
                of.applicationLogLevel(),
                of.systemLogLevel(),
                of.obstacle());
    }

    /// The same function with another log format; application logs from WARN on.
    static FunctionVersion logging(FunctionVersion of, LogFormat format) {
        return new FunctionVersion(
                of.function(),
                of.version(),
                of.generation(),
                of.state(),
                of.runtime(),
                of.handler(),
                of.code(),
                of.layers(),
                of.memory(),
                of.timeout(),
                of.ephemeralStorage(),
                of.environment(),
                of.role(),
                of.architecture(),
                format,
                of.logGroup(),
                "WARN",
                "INFO",
                of.obstacle());
    }

    /// A deployment package of these files, all executable.
    public CodeDigest code(Map<String, String> files) throws Exception {
        var zip = Files.createTempFile(directory, "package", ".zip");
        Files.delete(zip);
        var options = Map.of("create", "true", "enablePosixFileAttributes", "true");
        try (var archive = FileSystems.newFileSystem(zip, options)) {
            for (var file : files.entrySet()) {
                var path = Files.writeString(archive.getPath(file.getKey()), file.getValue());
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return packaged(Files.readAllBytes(zip));
    }

    private InputStream open(CodeDigest digest) throws IOException {
        var withheld = late.get(digest);
        if (withheld != null) {
            try {
                withheld.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        return new ByteArrayInputStream(packages.getOrDefault(digest, new byte[0]));
    }

    /// The store does not give this package out until the latch is down.
    CountDownLatch withhold(CodeDigest digest) {
        return late.computeIfAbsent(digest, _ -> new CountDownLatch(1));
    }

    /// A deployment package of these bytes, be they a zip or not.
    CodeDigest packaged(byte[] bytes) throws Exception {
        var digest = CodeDigest.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        packages.put(digest, bytes);
        return digest;
    }

    public TestEnvironment start(FunctionVersion function) {
        return start(function, 1);
    }

    /// @param maxConcurrency how many invocations it may run at once
    TestEnvironment start(FunctionVersion function, int maxConcurrency) {
        var id = EnvironmentId.of(System.nanoTime(), environments.incrementAndGet(), ShardId.of(function.function()));
        var spec = new EnvironmentSpec(id, function, null, InitializationType.ON_DEMAND, maxConcurrency);
        var environment = new TestEnvironment(worker, spec);
        started.put(id, environment);
        worker.send(new WorkerCommand.Start(environment.spec));
        return environment;
    }

    /// Whether the last report says so of an environment.
    boolean reports(ReportedEnvironment environment) {
        var report = lastReport;
        return report != null && report.environments().contains(environment);
    }

    private void happened(WorkerId from, WorkerEvent event) {
        switch (event) {
            case EnvironmentEvent of -> environment(of.environment()).happened(of);
            case InvocationProgress of ->
                environment(of.reservation().environment()).happened(of);
            case Report report -> lastReport = report;
            case ShardEvent _ -> {}
        }
    }

    private TestEnvironment environment(EnvironmentId id) {
        return Objects.requireNonNull(started.get(id));
    }

    List<LogEvent> log(String group) throws IOException {
        return new LogReader(
                        new LogDirectory(directory.resolve("logs")),
                        ACCOUNT.value(),
                        REGION.value(),
                        group,
                        Instant.EPOCH)
                .poll();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        worker.close();
        sandboxes.close();
        code.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
