package hearth.server;

import hearth.cluster.DataFolderLock;
import hearth.cluster.StoreException;
import hearth.cluster.StoreUnavailableException;
import hearth.model.Bytes;
import hearth.model.memory.MemoryBudget;
import hearth.server.api.RequestIds;
import hearth.server.http.HttpLimits;
import hearth.server.http.HttpListener;
import hearth.server.http.Service;
import hearth.worker.endpoints.FunctionEndpoints;
import hearth.worker.endpoints.Relays;
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
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// The steps of a start that processes of all roles take.
///
/// @param parts gets all that is started
record StartSteps(ServerConfig config, StartedParts parts, InstantSource clock, RandomGenerator random) {
    private static final int MOST_RELAYED = 2048;

    /// How much memory there must be for one relayed connection more, in bytes: twice what it may take unasked.
    private static final int MEMORY_FOR_EACH_RELAYED = 256 << 10;

    /// Relayed connections have no more than one part in so many of the memory budget.
    private static final int SHARE_OF_RELAYS = 4;

    /// A time that is longer than a function may wait for an answer, unless it was given more than AWS gives.
    private static final Duration RELAY_IDLE = Duration.ofMinutes(20);

    static Optional<String> obstacle(ServerFile file) {
        return switch (file.said().state()) {
            case STARTING -> Optional.of("the server is starting");
            case READY -> Optional.empty();
            case STOPPING -> Optional.of("the server is stopping");
        };
    }

    RunningServer beginning() {
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

    Runtimes runtimes(SandboxFactory sandboxes) {
        var host = HostLayout.of(System.getenv(), config.guest(), KeptRuntimes.in(config.data()));
        if (sandboxes.kind() != SandboxKind.NAMESPACES) {
            return Runtimes.discover(host);
        }
        var archives =
                parts.add("archives of Java", new JavaArchives(config.data().resolve("java"), sandboxes));
        return Runtimes.discover(host, archives);
    }

    DataFolderLock lockDataFolder() throws StartException {
        try {
            return parts.add("data folder", DataFolderLock.take(config.data()));
        } catch (StoreException | StoreUnavailableException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    IoEventLoopGroup eventLoops() {
        var group = new MultiThreadIoEventLoopGroup(
                config.loops(), Thread.ofPlatform().name("loop-", 0).daemon().factory(), EpollLoops.newFactory());
        parts.add("event loops", () -> group.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                .syncUninterruptibly());
        return group;
    }

    /// The relays of functions' connections, each of which takes two descriptors, and some memory in any case.
    static Relays relays(MemoryBudget memory) throws StartException {
        long most = Math.min(
                Math.min(MOST_RELAYED, HostCapacity.descriptors() / 16),
                memory.total().count() / MEMORY_FOR_EACH_RELAYED);
        var share = memory.share(new Bytes(memory.total().count() / SHARE_OF_RELAYS));
        return new Relays((int) most, RELAY_IDLE, share);
    }

    FunctionEndpoints functionEndpoints() throws StartException {
        if (!config.functionEndpoints() || !config.roles().contains(Role.WORKER)) {
            return FunctionEndpoints.NONE;
        }
        try {
            return FunctionEndpoints.of(config.services(), config.port());
        } catch (IllegalArgumentException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    SandboxConfig sandboxConfig(FunctionEndpoints endpoints) {
        var data = config.data();
        return new SandboxConfig(
                config.guest().resolve("launcher"),
                data.resolve("sandboxes"),
                Instance.of(data),
                config.network(),
                config.sandbox(),
                endpoints.innerServices(),
                config.microvm().withPool(config.poolMemory()));
    }

    HttpListener listen(
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
}
