package hearth.server;

import hearth.cluster.BucketConfig;
import hearth.cluster.DataFolderLock;
import hearth.cluster.Store;
import hearth.cluster.StoreException;
import hearth.cluster.StoreMember;
import hearth.cluster.StorePlace;
import hearth.cluster.StoreUnavailableException;
import hearth.cluster.bucket.BucketLocation;
import hearth.cluster.bucket.S3Bucket;
import hearth.control.ControlPlane;
import hearth.control.code.FewObjects;
import hearth.control.code.ObjectStore;
import hearth.control.operation.CodeLocation;
import hearth.control.urls.UrlAddress;
import hearth.events.AsyncInvocations;
import hearth.invoke.InvokeServices;
import hearth.invoke.frontend.TraceHeaders;
import hearth.model.code.PackageThreads;
import hearth.model.endpoints.ServiceName;
import hearth.model.memory.MemoryBudget;
import hearth.pollers.Pollers;
import hearth.server.api.ControlOperations;
import hearth.server.api.ControlRequests;
import hearth.server.api.ControlSwitch;
import hearth.server.api.Health;
import hearth.server.api.LambdaApi;
import hearth.server.auth.AccessKeys;
import hearth.server.auth.Authenticator;
import hearth.server.auth.FunctionKeys;
import hearth.server.auth.KeyFile;
import hearth.server.auth.SharedKeys;
import hearth.server.auth.TrustedHosts;
import hearth.server.auth.TrustingAuthenticator;
import hearth.server.auth.WatchedKeys;
import hearth.server.download.CodeDownloads;
import hearth.server.download.CodeUrls;
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
import hearth.worker.LocalWorker;
import hearth.worker.endpoints.FunctionReach;
import hearth.worker.environment.CredentialIssuer;
import hearth.worker.linux.LowPriorityThreads;
import hearth.worker.runtimes.Runtimes;
import hearth.worker.sandbox.SandboxKind;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// The steps from a configuration to a server that answers.
///
/// @param parts gets all that is started, for the server to close, or for whoever sees the start fail
record ServerStartup(ServerConfig config, StartedParts parts, InstantSource clock, RandomGenerator random) {
    private static final System.Logger LOG = System.getLogger(ServerStartup.class.getName());

    Hearth run() throws StartException {
        var steps = new StartSteps(config, parts, clock, random);
        var address = address();
        var threads = parts.add("threads", Executors.newVirtualThreadPerTaskExecutor());
        var packageThreads = parts.add("threads for packages", packageThreads());
        var folder = steps.lockDataFolder();
        var endpoints = steps.functionEndpoints();
        // Only with the lock: whoever holds the folder may clear away the sandboxes of its last user.
        Optional<SandboxChoice> choice = Optional.empty();
        if (config.roles().contains(Role.WORKER)) {
            choice = Optional.of(parts.add("sandboxes", SandboxChoice.begin(steps.sandboxConfig(endpoints))));
        }
        LOG.log(Level.DEBUG, "opening the store");
        var report = new MemberReport(config);
        var store = openStore(folder, report);
        var time = SharedClock.of(store, clock);
        var member = member();
        var drains = DrainWatch.begin(store);
        var file = parts.add("server file", ServerFile.begin(config.data(), steps.beginning()));
        var functionKeys = new FunctionKeys(time, new SecureRandom());
        var entrance = new FunctionEntrance();
        var registry = new PrometheusRegistry();
        ServerMetrics.register(registry, Hearth.VERSION, config.data());
        ServerMetrics.register(registry, store);
        var memory = new MemoryBudget(HostCapacity.memoryForBodies());
        ServerMetrics.register(registry, memory);
        LOG.log(Level.DEBUG, "starting event loops");
        var loops = steps.eventLoops();
        LOG.log(Level.DEBUG, "starting the control plane");
        var localhostNames = LocalhostNames.begin();
        var urls = new CodeUrls(codeUrlKeys(store), time);
        var provisioned = new ProvisionedByDataPlane();
        var objects =
                new FewObjects(objects(memory, time), config.limits().packages().unzipped());
        var plane = controlPlane(
                store,
                urls,
                new FunctionUrlAddresses(
                        config.service().urlSuffix(),
                        () -> URI.create(entrance.url()).getPort(),
                        localhostNames::resolve),
                provisioned,
                objects,
                packageThreads,
                time);
        var control = new ControlSwitch(plane.map(running -> requests(running, packageThreads)));
        Optional<SandboxKind> sandbox = Optional.empty();
        Optional<Runtimes> runtimes = Optional.empty();
        Optional<LocalWorker> worker = Optional.empty();
        Optional<InvokeServices> invokeServices = Optional.empty();
        Optional<EventPlane.Opened> events = Optional.empty();
        Optional<Pollers> pollers = Optional.empty();
        var invoke = InvokeOperation.NOT_HERE;
        Optional<FunctionUrlService> functionUrls = Optional.empty();
        Optional<DispatchGate> gate = Optional.empty();
        var packages = new StoredPackages(
                store.blobs(),
                objects,
                config.limits().packages().unzipped(),
                () -> plane.ifPresent(ControlPlane::lookForCode));
        if (choice.isPresent()) {
            LOG.log(Level.DEBUG, "waiting for sandboxes");
            var sandboxes = choice.get().await();
            sandbox = Optional.of(sandboxes.kind());
            LOG.log(Level.DEBUG, "starting the worker");
            var hosts = steps.runtimes(sandboxes);
            runtimes = Optional.of(hosts);
            var started = DataPlane.startWorker(
                    member.map(ClusterPlane::worker).orElse(DataPlane.OWN_WORKER),
                    config,
                    parts,
                    packages,
                    sandboxes,
                    loops,
                    hosts,
                    config.functionEndpoints() ? functionKeys : CredentialIssuer.PLACEHOLDERS,
                    new FunctionReach(endpoints, entrance, StartSteps.relays(memory)),
                    memory,
                    clock);
            ServerMetrics.register(registry, started);
            worker = Optional.of(started);
        }
        if (config.roles().contains(Role.FRONTEND)) {
            var meter =
                    new InvocationMetrics(registry, config.service().metrics().functions());
            var services = DataPlane.startInvokeServices(config, parts, store, worker, member, threads, random, meter);
            ServerMetrics.register(registry, services);
            provisioned.from(services.provisioned()::provisioned);
            invokeServices = Optional.of(services);
            report.of(services);
            var traces = new TraceHeaders(random, time);
            AsyncInvocations queue = EventPlane.NOT_HERE;
            if (config.roles().contains(Role.EVENTS) || store.isShared()) {
                var opened = EventPlane.open(
                        config, parts, folder, store, services, threads, memory, registry, meter, time, random);
                events = Optional.of(opened);
                queue = opened.queue();
                report.of(opened.backlog(), opened.works());
                if (config.roles().contains(Role.EVENTS)) {
                    pollers = Optional.of(PollerPlane.open(
                            config,
                            parts,
                            store,
                            services,
                            polls(store, drains),
                            traces,
                            memory,
                            registry,
                            meter,
                            time,
                            random));
                }
            }
            var entered = new DispatchGate(services.dispatch());
            gate = Optional.of(entered);
            invoke = new InvokeService(services.resolver(), entered, queue, traces, threads, time, meter);
            var index = UrlIndex.of(store.functions(), threads);
            functionUrls = Optional.of(
                    FunctionUrlService.of(index, services.resolver(), entered, traces, threads, time, memory, meter));
        }
        LOG.log(Level.DEBUG, "listening");
        var callers = callers(store, functionKeys, time);
        var cluster = member.<ClusterView>map(Function.identity()).orElse(ClusterView.NONE);
        report.of(cluster);
        Supplier<Optional<String>> obstacle = obstacle(file, drains, cluster);
        if (store.isShared()) {
            var name = memberName();
            var queue = events;
            ServerMetrics.registerMember(
                    registry,
                    store::silence,
                    () -> cluster.shards().size(),
                    () -> drains.isDrained(name),
                    () -> queue.isPresent() && queue.get().works().getAsBoolean());
            queue.ifPresent(opened -> drains.onChange(hosts -> opened.rest().accept(hosts.contains(name))));
        }
        var health = new Health(
                Hearth.VERSION, control::isRunning, obstacle, config.cluster().zone(), store::isAway);
        var api = new LambdaApi(
                trustedHosts(),
                callers.outside(),
                invoke,
                control,
                health,
                new CodeDownloads(urls, store.blobs(), threads, time),
                config.limits().packages().zipped(),
                parts.add(
                        "records", Records.start(config.data(), config.service().records(), time)),
                config.service().metrics().served()
                        ? Optional.of(new MetricsEndpoint(registry, threads))
                        : Optional.empty(),
                new RequestMetrics(registry)::answered,
                threads);
        var front = front(functionUrls, api, callers.outside(), trustedHosts());
        var listener = steps.listen(address, loops, front, threads, memory);
        var served = functionUrls;
        entrance.open(listener, environment -> {
            var caller = callers.inside().apply(environment);
            return front(served, api.authenticatedBy(caller), caller, Optional.empty());
        });
        if (config.cluster().workersListen().isPresent()) {
            // Last: who joins is told where the API is.
            var services = invokeServices.orElseThrow();
            var drained = new DrainedWorkers(services);
            int port = RemoteWorkers.listen(
                    config,
                    parts,
                    member,
                    services,
                    drained,
                    functionKeys,
                    entrance::port,
                    packages,
                    loops,
                    threads,
                    memory,
                    registry);
            drains.onChange(drained::changed);
            if (member.isPresent()) {
                var joining = member.get();
                if (worker.isPresent()) {
                    RemoteWorkers.linkOwn(config, parts, joining, worker.get(), loops, threads, memory, random);
                }
                ServerMetrics.register(registry, joining.counting());
                parts.add("sweeps of what is counted", joining.sweeps());
                parts.add("membership of the cluster", joining);
                joining.join(store, services, port, entrance.url());
                var senders = senders(health, listener, gate.orElseThrow());
                drains.onChange(
                        hosts -> joining.drain(hosts.contains(joining.self().value()), senders));
            }
        }
        member.ifPresent(joining -> joining.awaitMembership(ClusterPlane.JOINING_TIME));
        // Functions that call this server find it from their first event on.
        events.ifPresent(opened -> opened.begin().run());
        pollers.ifPresent(Pollers::begin);
        parts.add("watch of the heap", HeapWatch.begin());
        // The first function of a runtime need not wait for its interpreter to be looked for then.
        runtimes.ifPresent(found -> threads.execute(BestEffort.of("Looking for interpreters", found::table)));
        var hearth = new Hearth(
                parts,
                listener,
                health,
                control,
                sandbox,
                file,
                config.service().drain());
        report.readyAt(hearth.url(), obstacle);
        file.readyAt(hearth.url(), sandbox.map(SandboxKind::label).orElse(""));
        if (config.store().isPresent()) {
            // A file of the data folder is always there.
            invokeServices.ifPresent(services -> DataPlane.readAhead(services, store.functions()));
        }
        return hearth;
    }

    private CallersDeparture.Senders senders(Health health, HttpListener listener, DispatchGate gate) {
        return new CallersDeparture.Senders() {
            @Override
            public void awaitBalancers() {
                health.awaitWatchers(config.service().drain());
            }

            @Override
            public void sendAway(boolean wanted) {
                listener.sendAway(wanted);
            }

            @Override
            public void refuse(boolean wanted) {
                gate.shut(wanted);
            }
        };
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

    private Store openStore(DataFolderLock folder, MemberReport report) throws StartException {
        var member = storeMember(report);
        try {
            return parts.add(
                    "store",
                    Store.open(
                            folder,
                            new StorePlace(
                                    config.store(),
                                    config.objects().map(ServerStartup::bucket),
                                    random,
                                    ServerStartup::endWithoutStore,
                                    member)));
        } catch (StoreException | StoreUnavailableException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    private Optional<ClusterPlane> member() throws StartException {
        if (config.cluster().listen().isEmpty()) {
            return Optional.empty();
        }
        var certificate =
                RemoteWorkers.certificate(config.cluster().certificates().orElseThrow());
        if (!certificate.isForMembers()) {
            throw new StartException("The certificate of " + certificate.name()
                    + " is a worker's: `hearth cluster certificate` makes one for a member with --address, which is where"
                    + " others connect to it.");
        }
        return Optional.of(new ClusterPlane(config, certificate, random));
    }

    /// As which this server shares its store with others; empty where it has it for itself.
    private Optional<StoreMember> storeMember(MemberReport report) throws StartException {
        if (config.cluster().listen().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new StoreMember(
                memberName(), config.objects().map(ServerStartup::written).orElse(""), report));
    }

    private String memberName() throws StartException {
        return RemoteWorkers.certificate(config.cluster().certificates().orElseThrow())
                .name();
    }

    /// The same for all who mean the same objects.
    private static String written(BucketLocation location) {
        return "s3://" + location.bucket() + "/" + location.prefix()
                + location.endpoint().map(server -> " at " + server).orElse("");
    }

    /// In a thread of its own, since the end waits for the one that tells of it.
    private static void endWithoutStore() {
        LOG.log(Level.ERROR, "The server ends, for another one works with its store");
        var _ = Thread.ofPlatform().name("end").start(() -> System.exit(1));
    }

    private static BucketConfig bucket(BucketLocation location) {
        return new BucketConfig(new S3Bucket(location, System.getenv()), location.cache(), drawn(8));
    }

    private ObjectStore objects(MemoryBudget memory, InstantSource time) {
        var endpoint = config.services().of(ServiceName.S3);
        if (endpoint.isEmpty()) {
            return ObjectStore.NONE;
        }
        var environment = System.getenv();
        var region =
                environment.getOrDefault("AWS_REGION", environment.getOrDefault("AWS_DEFAULT_REGION", "us-east-1"));
        return parts.add(
                "client of S3", new S3Client(endpoint.get(), S3Credentials.of(environment), region, memory, time));
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
            PackageThreads packageThreads,
            InstantSource time) {
        if (!config.roles().contains(Role.CONTROL)) {
            return Optional.empty();
        }
        return Optional.of(parts.add(
                "control plane",
                new ControlPlane(
                        store,
                        time,
                        random,
                        config.limits(),
                        code,
                        functionUrls,
                        environments,
                        objects,
                        PollerPlane.probe(config, parts),
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

    /// Whether this server takes part in polling event sources: unless its host is being drained.
    private BooleanSupplier polls(Store store, DrainWatch drains) throws StartException {
        if (!store.isShared()) {
            return () -> true;
        }
        var name = memberName();
        return () -> !drains.isDrained(name);
    }

    /// Why invocations should go elsewhere.
    private Supplier<Optional<String>> obstacle(ServerFile file, DrainWatch drains, ClusterView cluster)
            throws StartException {
        if (config.cluster().listen().isEmpty()) {
            return () -> StartSteps.obstacle(file);
        }
        var name = memberName();
        return () -> StartSteps.obstacle(file)
                .or(cluster::obstacle)
                .or(() -> drains.isDrained(name) ? Optional.of("the host is being drained") : Optional.empty());
    }

    private Callers callers(Store store, FunctionKeys functionKeys, InstantSource time) throws StartException {
        return switch (config.auth()) {
            case NONE -> Callers.believed(new TrustingAuthenticator(config.account(), functionKeys, time));
            case SIGV4 -> Callers.signing(keys(store, time).or(functionKeys), time);
        };
    }

    /// Where several servers share a store, those in it alone: all of them accept the same.
    private AccessKeys keys(Store store, InstantSource time) throws StartException {
        if (config.store().isEmpty()) {
            return watchedKeys(time);
        }
        var shared = SharedKeys.of(store, time);
        if (!store.isShared()) {
            return watchedKeys(time).or(shared);
        }
        var file = config.data().resolve(KeyFile.NAME);
        if (Files.exists(file)) {
            LOG.log(
                    Level.WARNING,
                    "The keys in {0} are not accepted: a cluster has its own, by keys create --store",
                    file);
        }
        return shared;
    }

    private WatchedKeys watchedKeys(InstantSource time) throws StartException {
        var file = config.data().resolve(KeyFile.NAME);
        try {
            return parts.add("access keys", WatchedKeys.of(new KeyFile(file, time)));
        } catch (IOException e) {
            throw new StartException("Cannot read the access keys in " + file + ": " + e.getMessage(), e);
        }
    }
}
