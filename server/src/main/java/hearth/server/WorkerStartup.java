package hearth.server;

import hearth.link.FrontLinks;
import hearth.link.PackageShelf;
import hearth.link.certificates.MemberCertificate;
import hearth.link.message.FunctionKey;
import hearth.link.wire.LinkTiming;
import hearth.model.CodeDigest;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.WorkerId;
import hearth.server.api.ControlSwitch;
import hearth.server.api.Health;
import hearth.server.api.WorkerApi;
import hearth.server.auth.AccessKey;
import hearth.server.auth.AnnouncedKeys;
import hearth.server.metrics.MetricsEndpoint;
import hearth.server.metrics.ServerMetrics;
import hearth.worker.code.PackageSource;
import hearth.worker.endpoints.FunctionReach;
import hearth.worker.environment.CredentialIssuer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/// The steps from a configuration to a worker that has a process of its own, and joins the frontends of others.
///
/// @param parts gets all that is started, for the server to close, or for whoever sees the start fail
record WorkerStartup(ServerConfig config, StartedParts parts, InstantSource clock, RandomGenerator random) {
    private static final System.Logger LOG = System.getLogger(WorkerStartup.class.getName());

    Hearth run() throws StartException {
        var steps = new StartSteps(config, parts, clock, random);
        var address = address();
        var certificate = certificate();
        var threads = parts.add("threads", Executors.newVirtualThreadPerTaskExecutor());
        var _ = steps.lockDataFolder();
        var endpoints = steps.functionEndpoints();
        // Only with the lock: whoever holds the folder may clear away the sandboxes of its last user.
        var choice = parts.add("sandboxes", SandboxChoice.begin(steps.sandboxConfig(endpoints)));
        var file = parts.add("server file", ServerFile.begin(config.data(), steps.beginning()));
        var registry = new PrometheusRegistry();
        ServerMetrics.register(registry, Hearth.VERSION, config.data());
        var memory = new MemoryBudget(HostCapacity.memoryForBodies());
        ServerMetrics.register(registry, memory);
        var loops = steps.eventLoops();
        LOG.log(Level.DEBUG, "waiting for sandboxes");
        var sandboxes = choice.await();
        var runtimes = steps.runtimes(sandboxes);
        var links = parts.add(
                "links to the frontends",
                new FrontLinks(
                        config.cluster().join().stream()
                                .map(one -> new FrontLinks.Address(one.host(), one.port()))
                                .toList(),
                        Optional.empty(),
                        loops,
                        certificate,
                        LinkTiming.DEFAULT,
                        config.cluster().zone(),
                        HostCapacity.measure(),
                        memory,
                        threads,
                        random));
        var relays = StartSteps.relays(memory);
        LOG.log(Level.DEBUG, "starting the worker");
        var worker = DataPlane.startWorker(
                new WorkerId(certificate.name()),
                config,
                parts,
                packages(links.packages()),
                sandboxes,
                loops,
                runtimes,
                config.functionEndpoints() ? keys(links) : CredentialIssuer.PLACEHOLDERS,
                new FunctionReach(endpoints, new RemoteApi(links, relays), relays),
                memory,
                clock);
        ServerMetrics.register(registry, worker);
        // First of all at the end: what runs may come to its end before the worker ends it.
        parts.add("invocations", () -> links.leave(config.service().drain()));
        var health = new Health(
                Hearth.VERSION, () -> false, () -> StartSteps.obstacle(file).or(links::obstacle));
        var api = new WorkerApi(
                health,
                config.service().metrics().served()
                        ? Optional.of(new MetricsEndpoint(registry, threads))
                        : Optional.empty());
        var listener = steps.listen(address, loops, api, threads, memory);
        links.begin(worker);
        threads.execute(BestEffort.of("Looking for interpreters", runtimes::table));
        var hearth = new Hearth(
                parts,
                listener,
                health,
                new ControlSwitch(Optional.empty()),
                Optional.of(sandboxes.kind()),
                file,
                config.service().drain());
        file.readyAt(hearth.url(), sandboxes.kind().label());
        return hearth;
    }

    /// What is answered here tells of this host alone, so any address will do.
    private InetSocketAddress address() throws StartException {
        try {
            return new InetSocketAddress(InetAddress.getByName(config.host()), config.port());
        } catch (UnknownHostException e) {
            throw new StartException("There is no host " + config.host(), e);
        }
    }

    private MemberCertificate certificate() throws StartException {
        var cluster = config.cluster();
        var certificate = RemoteWorkers.certificate(cluster.certificates().orElseThrow());
        if (!cluster.workerId().isEmpty() && !cluster.workerId().equals(certificate.name())) {
            throw new StartException("--worker-id is " + cluster.workerId() + ", and the certificate of "
                    + cluster.certificates().orElseThrow() + " is of " + certificate.name()
                    + ": a worker has the name of its certificate.");
        }
        return certificate;
    }

    private CredentialIssuer keys(FrontLinks links) {
        return new AnnouncedKeys(clock, new SecureRandom(), new AnnouncedKeys.Checking() {
            @Override
            public void made(AccessKey key, String role, String function) {
                var token = String.valueOf(key.sessionToken());
                links.keyMade(
                        new FunctionKey(key.id(), key.secret(), token, key.account(), key.created(), role, function));
            }

            @Override
            public void ended(String id) {
                links.keyEnded(id);
            }
        });
    }

    private static PackageSource packages(PackageShelf shelf) {
        return new PackageSource() {
            @Override
            public InputStream open(CodeDigest id) throws IOException {
                return shelf.open(id);
            }

            @Override
            public CodeDigest content(CodeDigest id) throws IOException {
                return shelf.content(id);
            }
        };
    }
}
