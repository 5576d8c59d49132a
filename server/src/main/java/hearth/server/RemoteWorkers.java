package hearth.server;

import hearth.invoke.InvokeServices;
import hearth.link.FrontLinks;
import hearth.link.JoinedWorker;
import hearth.link.PackageShelf;
import hearth.link.WorkerArrivals;
import hearth.link.WorkersListener;
import hearth.link.certificates.MemberCertificate;
import hearth.link.message.FunctionKey;
import hearth.link.message.MemberAddress;
import hearth.link.wire.LinkTiming;
import hearth.model.CodeDigest;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import hearth.server.auth.FunctionKeys;
import hearth.server.metrics.ServerMetrics;
import hearth.worker.LocalWorker;
import hearth.worker.code.PackageSource;
import io.netty.channel.IoEventLoopGroup;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Lets workers of other hosts join the services of this process. Nothing of it is loaded in a process that is alone.
final class RemoteWorkers {
    private static final System.Logger LOG = System.getLogger(RemoteWorkers.class.getName());

    private RemoteWorkers() {}

    /// @param cluster whose members workers are told of; empty in a process that is no member of one
    /// @param drains hears of each worker that has joined
    /// @param apiPort where this server answers; 0 while it does not
    /// @return the port at which it listens
    static int listen(
            ServerConfig config,
            StartedParts parts,
            Optional<ClusterPlane> cluster,
            InvokeServices services,
            DrainedWorkers drains,
            FunctionKeys keys,
            IntSupplier apiPort,
            PackageSource packages,
            IoEventLoopGroup loops,
            Executor threads,
            MemoryBudget memory,
            PrometheusRegistry registry)
            throws StartException {
        var wanted = config.cluster().workersListen().orElseThrow();
        var certificate = certificate(config.cluster().certificates().orElseThrow());
        try {
            var listener = parts.add(
                    "listener for workers",
                    new WorkersListener(
                            new InetSocketAddress(InetAddress.getByName(wanted.host()), wanted.port()),
                            loops,
                            certificate,
                            LinkTiming.DEFAULT,
                            cluster.map(ClusterPlane::worker).orElse(DataPlane.OWN_WORKER),
                            arrivals(services, drains, new RemoteKeys(keys)),
                            services.events(),
                            shelf(packages),
                            cluster.<Supplier<List<MemberAddress>>>map(plane -> plane::addresses)
                                    .orElse(List::of),
                            apiPort,
                            threads,
                            memory));
            cluster.ifPresent(plane -> plane.onChange(_ -> listener.membersChanged()));
            ServerMetrics.registerWorkers(registry, listener::workers);
            LOG.log(
                    Level.INFO,
                    "Workers of the cluster {0} join {1} at port {2}",
                    certificate.cluster(),
                    certificate.name(),
                    Integer.toString(listener.address().getPort()));
            return listener.address().getPort();
        } catch (IOException e) {
            throw new StartException("Cannot listen for workers on " + wanted + ": " + e.getMessage(), e);
        }
    }

    /// Has the worker of this process serve the other members too.
    static void linkOwn(
            ServerConfig config,
            StartedParts parts,
            ClusterPlane member,
            LocalWorker worker,
            IoEventLoopGroup loops,
            Executor threads,
            MemoryBudget memory,
            RandomGenerator random)
            throws StartException {
        var links = parts.add(
                "ways to other members",
                new FrontLinks(
                        List.of(),
                        Optional.of(member.self()),
                        loops,
                        certificate(config.cluster().certificates().orElseThrow()),
                        LinkTiming.DEFAULT,
                        config.cluster().zone(),
                        HostCapacity.measure(),
                        memory,
                        threads,
                        random));
        links.begin(worker);
        member.onChange(links::told);
        parts.add(
                "invocations of other members",
                () -> links.leave(config.service().drain()));
    }

    static MemberCertificate certificate(Path folder) throws StartException {
        try {
            return MemberCertificate.read(folder);
        } catch (IOException e) {
            throw new StartException("--cluster-certificates: " + e.getMessage(), e);
        }
    }

    private static WorkerArrivals arrivals(InvokeServices services, DrainedWorkers drains, RemoteKeys keys) {
        return new WorkerArrivals() {
            @Override
            public void joined(WorkerLink link, JoinedWorker worker, boolean anew) {
                services.joined(link, worker.zone(), anew);
                drains.joined(worker.id());
            }

            @Override
            public void leaving(WorkerId worker) {
                services.leaving(worker);
            }

            @Override
            public void keyMade(WorkerId worker, FunctionKey key) {
                keys.made(worker, key);
            }

            @Override
            public void keyEnded(WorkerId worker, String id) {
                keys.ended(worker, id);
            }

            @Override
            public void unreachable(WorkerId worker) {
                services.unreachable(worker);
            }

            @Override
            public void lost(WorkerId worker) {
                keys.lost(worker);
                services.lost(worker);
            }
        };
    }

    private static PackageShelf shelf(PackageSource packages) {
        return new PackageShelf() {
            @Override
            public InputStream open(CodeDigest digest) throws IOException {
                return packages.open(digest);
            }

            @Override
            public CodeDigest content(CodeDigest digest) throws IOException {
                return packages.content(digest);
            }
        };
    }
}
