package hearth.server;

import hearth.cluster.BucketConfig;
import hearth.cluster.DataFolderLock;
import hearth.cluster.Store;
import hearth.cluster.StoreException;
import hearth.cluster.StorePlace;
import hearth.cluster.StoreUnavailableException;
import hearth.cluster.bucket.BucketLocation;
import hearth.cluster.bucket.S3Bucket;
import hearth.control.ControlPlane;
import hearth.control.code.FewObjects;
import hearth.control.code.ObjectStore;
import hearth.control.operation.CodeLocation;
import hearth.control.urls.UrlAddress;
import hearth.events.EventQueue;
import hearth.invoke.frontend.TraceHeaders;
import hearth.model.Bytes;
import hearth.model.code.PackageThreads;
import hearth.model.endpoints.ServiceName;
import hearth.model.memory.MemoryBudget;
import hearth.server.api.ControlOperations;
import hearth.server.api.ControlRequests;
import hearth.server.api.ControlSwitch;
import hearth.server.api.Health;
import hearth.server.api.LambdaApi;
import hearth.server.api.RequestIds;
import hearth.server.auth.Authenticator;
import hearth.server.auth.FunctionKeys;
import hearth.server.auth.KeyFile;
import hearth.server.auth.TrustedHosts;
import hearth.server.auth.TrustingAuthenticator;
import hearth.server.auth.WatchedKeys;
import hearth.server.download.CodeDownloads;
import hearth.server.download.CodeUrls;
import hearth.server.http.HttpLimits;
import hearth.server.http.HttpListener;
import hearth.server.http.Service;
import hearth.server.invoke.InvokeOperation;
import hearth.server.invoke.InvokeService;
import hearth.server.metrics.InvocationMetrics;
import hearth.server.metrics.MetricsEndpoint;
import hearth.server.metrics.RequestMetrics;
import hearth.server.metrics.ServerMetrics;
import hearth.server.records.Records;
import hearth.server.s3.S3Client;
import hearth.server.s3.S3Credentials;
import hearth.server.urls.FunctionUrlAddresses;
import hearth.server.urls.FunctionUrlFront;
import hearth.server.urls.FunctionUrlService;
import hearth.server.urls.LocalhostNames;
import hearth.server.urls.UrlIndex;
import hearth.server.urls.UrlSuffix;
import hearth.worker.endpoints.FunctionEndpoints;
import hearth.worker.endpoints.FunctionReach;
import hearth.worker.endpoints.Relays;
import hearth.worker.environment.CredentialIssuer;
import hearth.worker.linux.LowPriorityThreads;
import hearth.worker.loops.EpollLoops;
import hearth.worker.runtimes.HostLayout;
import hearth.worker.runtimes.JavaArchives;
import hearth.worker.runtimes.KeptRuntimes;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.sandbox.Instance;
import hearth.worker.sandbox.SandboxConfig;
import hearth.worker.sandbox.SandboxFactory;
import hearth.worker.sandbox.SandboxKind;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// The steps from a configuration to a server that answers.
///
/// @param parts gets all that is started, for the server to close, or for whoever sees the start fail
record ServerStartup(ServerConfig config, StartedParts parts, InstantSource clock, RandomGenerator random) {
    private static final System.Logger LOG = System.getLogger(ServerStartup.class.getName());

    private static final int MOST_RELAYED = 2048;

    /// How much memory there must be for one relayed connection more, in bytes: twice what it may take unasked.
    private static final int MEMORY_FOR_EACH_RELAYED = 256 << 10;

    /// Relayed connections have no more than one part in so many of the memory budget.
    private static final int SHARE_OF_RELAYS = 4;

    /// A time that is longer than a function may wait for an answer, unless it was given more than AWS gives.
    private static final Duration RELAY_IDLE = Duration.ofMinutes(20);

    Hearth run() throws StartException {
        checkRoles();
        var address = address();
        var threads = parts.add("threads", Executors.newVirtualThreadPerTaskExecutor());
        var packageThreads = parts.add("threads for packages", packageThreads());
        var folder = lockDataFolder();
        var endpoints = functionEndpoints();
        // Only with the lock: whoever holds the folder may clear away the sandboxes of its last user.
        Optional<SandboxChoice> choice = Optional.empty();
        if (config.roles().contains(Role.WORKER)) {
            choice = Optional.of(parts.add("sandboxes", SandboxChoice.begin(sandboxConfig(endpoints))));
        }
        LOG.log(Level.DEBUG, "opening the store");
        var store = openStore(folder);
        var file = parts.add("server file", ServerFile.begin(config.data(), beginning()));
        var functionKeys = new FunctionKeys(clock, new SecureRandom());
        var entrance = new FunctionEntrance();
        var registry = new PrometheusRegistry();
        ServerMetrics.register(registry, Hearth.VERSION, config.data(), store);
        var memory = new MemoryBudget(HostCapacity.memoryForBodies());
        ServerMetrics.register(registry, memory);
        LOG.log(Level.DEBUG, "starting event loops");
        var loops = eventLoops();
        LOG.log(Level.DEBUG, "starting the control plane");
        var localhostNames = LocalhostNames.begin();
        var urls = new CodeUrls(codeUrlKeys(store), clock);
        var provisioned = new ProvisionedByDataPlane();
        var objects = new FewObjects(objects(memory), config.limits().packages().unzipped());
        var plane = controlPlane(
                store,
                urls,
                new FunctionUrlAddresses(
                        config.service().urlSuffix(),
                        () -> URI.create(entrance.url()).getPort(),
                        localhostNames::resolve),
                provisioned,
                objects,
                packageThreads);
        var control = new ControlSwitch(plane.map(running -> requests(running, packageThreads)));
        Optional<SandboxKind> sandbox = Optional.empty();
        Optional<Runtimes> runtimes = Optional.empty();
        Optional<EventQueue> events = Optional.empty();
        var invoke = InvokeOperation.NOT_HERE;
        Optional<FunctionUrlService> functionUrls = Optional.empty();
        if (choice.isPresent()) {
            LOG.log(Level.DEBUG, "waiting for sandboxes");
            var sandboxes = choice.get().await();
            sandbox = Optional.of(sandboxes.kind());
            LOG.log(Level.DEBUG, "starting the worker");
            var hosts = runtimes(sandboxes);
            runtimes = Optional.of(hosts);
            var packages = new StoredPackages(
                    store.blobs(),
                    objects,
                    config.limits().packages().unzipped(),
                    () -> plane.ifPresent(ControlPlane::lookForCode));
            var worker = DataPlane.startWorker(
                    config,
                    parts,
                    packages,
                    sandboxes,
                    loops,
                    hosts,
                    config.functionEndpoints() ? functionKeys : CredentialIssuer.PLACEHOLDERS,
                    new FunctionReach(endpoints, entrance, relays(memory)),
                    memory,
                    clock);
            var meter =
                    new InvocationMetrics(registry, config.service().metrics().functions());
            var services = DataPlane.startInvokeServices(config, parts, store, worker, threads, clock, random, meter);
            ServerMetrics.register(registry, services, worker);
            provisioned.from(services.provisioned());
            var traces = new TraceHeaders(random, clock);
            var queue = EventPlane.open(
                    config, parts, folder, store, services, threads, memory, registry, meter, clock, random);
            events = Optional.of(queue);
            invoke = new InvokeService(services.resolver(), services.dispatch(), queue, traces, threads, clock, meter);
            var index = UrlIndex.of(store.functions(), threads);
            functionUrls = Optional.of(FunctionUrlService.of(
                    index, services.resolver(), services.dispatch(), traces, threads, clock, memory, meter));
        }
        LOG.log(Level.DEBUG, "listening");
        var callers = callers(functionKeys);
        var api = new LambdaApi(
                trustedHosts(),
                callers.outside(),
                invoke,
                control,
                new Health(Hearth.VERSION, control::isRunning, () -> obstacle(file)),
                new CodeDownloads(urls, store.blobs(), threads, clock),
                config.limits().packages().zipped(),
                parts.add(
                        "records", Records.start(config.data(), config.service().records(), clock)),
                config.service().metrics().served()
                        ? Optional.of(new MetricsEndpoint(registry, threads))
                        : Optional.empty(),
                new RequestMetrics(registry)::answered,
                threads);
        var front = front(functionUrls, api, callers.outside(), trustedHosts());
        var listener = listen(address, loops, front, threads, memory);
        var served = functionUrls;
        entrance.open(listener, environment -> {
            var caller = callers.inside().apply(environment);
            return front(served, api.authenticatedBy(caller), caller, Optional.empty());
        });
        // Functions that call this server find it from their first event on.
        events.ifPresent(EventQueue::begin);
        // The first function of a runtime need not wait for its interpreter to be looked for then.
        runtimes.ifPresent(found -> threads.execute(BestEffort.of("Looking for interpreters", found::table)));
        var hearth = new Hearth(
                parts, listener, control, sandbox, file, config.service().drain());
        file.readyAt(hearth.url(), sandbox.map(SandboxKind::label).orElse(""));
        return hearth;
    }

    private static Optional<String> obstacle(ServerFile file) {
        return file.said().state() == RunningServer.State.STOPPING
                ? Optional.of("the server is stopping")
                : Optional.empty();
    }

    private RunningServer beginning() {
        return new RunningServer(
                Hearth.VERSION,
                ProcessHandle.current().pid(),
                RunningServer.ownStart(),
                clock.instant(),
                RunningServer.State.STARTING,
                "",
                "",
                config.auth().name().toLowerCase(Locale.ROOT),
                config.service().drain());
    }

    private Runtimes runtimes(SandboxFactory sandboxes) {
        var host = HostLayout.of(System.getenv(), config.guest(), KeptRuntimes.in(config.data()));
        if (sandboxes.kind() != SandboxKind.NAMESPACES) {
            return Runtimes.discover(host);
        }
        var archives =
                parts.add("archives of Java", new JavaArchives(config.data().resolve("java"), sandboxes));
        return Runtimes.discover(host, archives);
    }

    private void checkRoles() throws StartException {
        var roles = config.roles();
        if (roles.contains(Role.FRONTEND) != roles.contains(Role.WORKER)) {
            throw new StartException("The roles frontend and worker must be in one process, for now.");
        }
        if (roles.isEmpty()) {
            throw new StartException("A server without a role has nothing to do.");
        }
    }

    private InetSocketAddress address() throws StartException {
        try {
            var host = InetAddress.getByName(config.host());
            if (!host.isLoopbackAddress() && config.auth() != AuthMode.SIGV4) {
                throw new StartException("Anyone who can reach " + config.host()
                        + " could run code here. Use --auth sigv4 with keys of ./hearth keys create, or a loopback"
                        + " address.");
            }
            return new InetSocketAddress(host, config.port());
        } catch (UnknownHostException e) {
            throw new StartException("There is no host " + config.host(), e);
        }
    }

    private DataFolderLock lockDataFolder() throws StartException {
        try {
            return parts.add("data folder", DataFolderLock.take(config.data()));
        } catch (StoreException | StoreUnavailableException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private Store openStore(DataFolderLock folder) throws StartException {
        try {
            return parts.add(
                    "store",
                    Store.open(
                            folder,
                            new StorePlace(
                                    config.store(),
                                    config.objects().map(ServerStartup::bucket),
                                    random,
                                    ServerStartup::endWithoutStore)));
        } catch (StoreException | StoreUnavailableException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    /// In a thread of its own, since the end waits for the one that tells of it.
    private static void endWithoutStore() {
        LOG.log(Level.ERROR, "The server ends, for another one works with its store");
        var _ = Thread.ofPlatform().name("end").start(() -> System.exit(1));
    }

    private static BucketConfig bucket(BucketLocation location) {
        return new BucketConfig(new S3Bucket(location, System.getenv()), location.cache(), drawn(8));
    }

    private IoEventLoopGroup eventLoops() {
        var group = new MultiThreadIoEventLoopGroup(
                config.loops(), Thread.ofPlatform().name("loop-", 0).daemon().factory(), EpollLoops.newFactory());
        parts.add("event loops", () -> group.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                .syncUninterruptibly());
        return group;
    }

    /// The relays of functions' connections, each of which takes two descriptors, and some memory in any case.
    private static Relays relays(MemoryBudget memory) throws StartException {
        long most = Math.min(
                Math.min(MOST_RELAYED, HostCapacity.descriptors() / 16),
                memory.total().count() / MEMORY_FOR_EACH_RELAYED);
        var share = memory.share(new Bytes(memory.total().count() / SHARE_OF_RELAYS));
        return new Relays((int) most, RELAY_IDLE, share);
    }

    private FunctionEndpoints functionEndpoints() throws StartException {
        if (!config.functionEndpoints() || !config.roles().contains(Role.WORKER)) {
            return FunctionEndpoints.NONE;
        }
        try {
            return FunctionEndpoints.of(config.services(), config.port());
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private SandboxConfig sandboxConfig(FunctionEndpoints endpoints) {
        var data = config.data();
        return new SandboxConfig(
                config.guest().resolve("launcher"),
                data.resolve("sandboxes"),
                Instance.of(data),
                config.network(),
                config.sandbox(),
                endpoints.innerServices());
    }

    private ObjectStore objects(MemoryBudget memory) {
        var endpoint = config.services().of(ServiceName.S3);
        if (endpoint.isEmpty()) {
            return ObjectStore.NONE;
        }
        var environment = System.getenv();
        var region =
                environment.getOrDefault("AWS_REGION", environment.getOrDefault("AWS_DEFAULT_REGION", "us-east-1"));
        return parts.add(
                "client of S3", new S3Client(endpoint.get(), S3Credentials.of(environment), region, memory, clock));
    }

    /// The keys of the URLs of packages, which outlive this run, and which all servers of the store have.
    private static List<byte[]> codeUrlKeys(Store store) {
        return store.drawnValues().all("code-urls", drawn(32)).stream()
                .map(HexFormat.of()::parseHex)
                .toList();
    }

    private static String drawn(int bytes) {
        var drawn = new byte[bytes];
        new SecureRandom().nextBytes(drawn);
        return HexFormat.of().formatHex(drawn);
    }

    private Optional<ControlPlane> controlPlane(
            Store store,
            CodeLocation code,
            UrlAddress functionUrls,
            ProvisionedByDataPlane environments,
            ObjectStore objects,
            PackageThreads packageThreads) {
        if (!config.roles().contains(Role.CONTROL)) {
            return Optional.empty();
        }
        return Optional.of(parts.add(
                "control plane",
                new ControlPlane(
                        store,
                        clock,
                        random,
                        config.limits(),
                        code,
                        functionUrls,
                        environments,
                        objects,
                        packageThreads)));
    }

    private static PackageThreads packageThreads() {
        return new PackageThreads(
                PackageThreads.count(Runtime.getRuntime().availableProcessors()),
                LowPriorityThreads.named("packages-"));
    }

    private ControlOperations requests(ControlPlane plane, PackageThreads packageThreads) {
        return new ControlRequests(
                plane,
                config.publicUrl().map(URI::toString),
                "http://" + config.host() + ":" + config.port(),
                packageThreads);
    }

    /// The API, with function URLs in front of it where functions run.
    private static Service front(
            Optional<FunctionUrlService> urls, Service api, Authenticator callers, Optional<TrustedHosts> hosts) {
        return urls.<Service>map(served -> new FunctionUrlFront(served, api, callers, hosts))
                .orElse(api);
    }

    private HttpListener listen(
            InetSocketAddress address, IoEventLoopGroup loops, Service api, Executor threads, MemoryBudget memory)
            throws StartException {
        var limits = HttpLimits.defaults();
        // What is left is for answers: without any, no request that waits for one would ever give back what it takes.
        var requests = memory.share(new Bytes(memory.total().count() / 4 * 3));
        // Environments need descriptors too.
        int connections = Math.min(limits.connections(), HostCapacity.descriptors() / 2);
        try {
            return parts.add(
                    "listener",
                    new HttpListener(
                            address,
                            loops,
                            api,
                            limits.withConnections(connections),
                            new RequestIds(random),
                            threads,
                            memory,
                            requests,
                            clock));
        } catch (IOException e) {
            throw new StartException(
                    "Cannot listen on " + config.host() + ":" + config.port() + ": " + e.getMessage(), e);
        }
    }

    /// The names of this server, where nobody signs: they alone tell a web page of elsewhere from the owner.
    private Optional<TrustedHosts> trustedHosts() {
        if (config.auth() != AuthMode.NONE) {
            return Optional.empty();
        }
        var names = new HashSet<>(config.service().allowedHosts());
        names.add(config.host());
        config.publicUrl().map(URI::getHost).ifPresent(names::add);
        var urls = config.service().urlSuffix().map(UrlSuffix::domain);
        return Optional.of(new TrustedHosts(names, urls.stream().toList()));
    }

    private Callers callers(FunctionKeys functionKeys) throws StartException {
        return switch (config.auth()) {
            case NONE -> Callers.believed(new TrustingAuthenticator(config.account(), functionKeys, clock));
            case SIGV4 -> Callers.signing(watchedKeys().or(functionKeys), clock);
        };
    }

    private WatchedKeys watchedKeys() throws StartException {
        var file = config.data().resolve(KeyFile.NAME);
        try {
            return parts.add("access keys", WatchedKeys.of(new KeyFile(file, clock)));
        } catch (IOException e) {
            throw new StartException("Cannot read the access keys in " + file + ": " + e.getMessage(), e);
        }
    }
}
