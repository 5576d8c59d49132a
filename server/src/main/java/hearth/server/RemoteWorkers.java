package hearth.server;

import hearth.invoke.InvokeServices;
import hearth.link.JoinedWorker;
import hearth.link.PackageShelf;
import hearth.link.WorkerArrivals;
import hearth.link.WorkersListener;
import hearth.link.certificates.MemberCertificate;
import hearth.link.message.FunctionKey;
import hearth.link.wire.LinkTiming;
import hearth.model.CodeDigest;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import hearth.server.auth.FunctionKeys;
import hearth.server.metrics.ServerMetrics;
import hearth.worker.code.PackageSource;
import io.netty.channel.IoEventLoopGroup;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;

/// Lets workers of other hosts join the services of this process. Nothing of it is loaded in a process that is alone.
final class RemoteWorkers {
    private static final System.Logger LOG = System.getLogger(RemoteWorkers.class.getName());

    private RemoteWorkers() {}

    /// @param apiPort where this server answers; 0 while it does not
    static void listen(
            ServerConfig config,
            StartedParts parts,
            InvokeServices services,
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
                            DataPlane.OWN_WORKER,
                            arrivals(services, new RemoteKeys(keys)),
                            services.events(),
                            shelf(packages),
                            apiPort,
                            threads,
                            memory));
            ServerMetrics.registerWorkers(registry, listener::workers);
            LOG.log(
                    Level.INFO,
                    "Workers of the cluster {0} join {1} at port {2}",
                    certificate.cluster(),
                    certificate.name(),
                    Integer.toString(listener.address().getPort()));
        } catch (IOException e) {
            throw new StartException("Cannot listen for workers on " + wanted + ": " + e.getMessage(), e);
        }
    }

    static MemberCertificate certificate(Path folder) throws StartException {
        try {
            return MemberCertificate.read(folder);
        } catch (IOException e) {
            throw new StartException("--cluster-certificates: " + e.getMessage(), e);
        }
    }

    private static WorkerArrivals arrivals(InvokeServices services, RemoteKeys keys) {
        return new WorkerArrivals() {
            @Override
            public void joined(WorkerLink link, JoinedWorker worker, boolean anew) {
                services.joined(link, anew);
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
