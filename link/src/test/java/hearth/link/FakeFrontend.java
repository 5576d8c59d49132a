package hearth.link;

import hearth.link.certificates.MemberCertificate;
import hearth.link.message.FunctionKey;
import hearth.link.message.MemberAddress;
import hearth.link.message.Versions;
import hearth.link.wire.LinkTiming;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.Report;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// The services at the frontend's side: they note who comes and goes, and what is told.
final class FakeFrontend implements WorkerArrivals, WorkerEvents, AutoCloseable {
    final List<String> arrivals = new CopyOnWriteArrayList<>();
    /// All but reports.
    final List<WorkerEvent> events = new CopyOnWriteArrayList<>();
    final List<Report> reports = new CopyOnWriteArrayList<>();
    /// The ids of those that are good.
    final Set<String> keys = ConcurrentHashMap.newKeySet();

    final WorkersListener listener;
    volatile @Nullable WorkerLink link;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// That the workers are told.
    final List<MemberAddress> members = new CopyOnWriteArrayList<>();

    FakeFrontend(EventLoopGroup loops, LinkTiming timing, MemoryBudget memory, PackageShelf packages)
            throws IOException {
        this(Certificates.FRONT, 0, loops, timing, memory, packages, Versions.OURS);
    }

    FakeFrontend(
            MemberCertificate certificate,
            int port,
            EventLoopGroup loops,
            LinkTiming timing,
            MemoryBudget memory,
            PackageShelf packages)
            throws IOException {
        this(certificate, port, loops, timing, memory, packages, Versions.OURS);
    }

    /// @param port 0 for any
    FakeFrontend(
            MemberCertificate certificate,
            int port,
            EventLoopGroup loops,
            LinkTiming timing,
            MemoryBudget memory,
            PackageShelf packages,
            Versions speaks)
            throws IOException {
        listener = new WorkersListener(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                loops,
                certificate,
                timing,
                new WorkerId("local"),
                this,
                this,
                packages,
                () -> members,
                () -> 9000,
                threads,
                memory,
                speaks);
    }

    int port() {
        return listener.address().getPort();
    }

    /// The way to the worker that has joined last; waits for it.
    WorkerLink worker() {
        Await.until(() -> link != null);
        var joined = link;
        if (joined == null) {
            throw new IllegalStateException("It has left again");
        }
        return joined;
    }

    @Override
    public void joined(WorkerLink joined, JoinedWorker worker, boolean anew) {
        link = joined;
        arrivals.add((anew ? "joined " : "came back ") + worker.id() + " of zone " + worker.zone());
    }

    @Override
    public void leaving(WorkerId worker) {
        arrivals.add("leaves " + worker);
    }

    @Override
    public void unreachable(WorkerId worker) {
        link = null;
    }

    @Override
    public void lost(WorkerId worker) {
        arrivals.add("lost " + worker);
    }

    @Override
    public void keyMade(WorkerId worker, FunctionKey key) {
        keys.add(key.id());
    }

    @Override
    public void keyEnded(WorkerId worker, String id) {
        keys.remove(id);
    }

    @Override
    public void happened(WorkerId from, WorkerEvent event) {
        if (event instanceof Report report) {
            reports.add(report);
        } else {
            events.add(event);
        }
    }

    @Override
    public void close() {
        listener.close();
        threads.close();
    }
}
