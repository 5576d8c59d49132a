package hearth.link;

import hearth.link.message.Message;
import hearth.link.message.Message.Event;
import hearth.link.message.Versions;
import hearth.link.wire.Connection;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.InvocationProgress.Piece;
import hearth.model.worker.MemberId;
import hearth.model.worker.Report;
import hearth.model.worker.SharedWorker;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The way from a worker to one member of the cluster, over whatever connection there is to it.
///
/// What the worker tells while there is none is lost, which its next report puts right. Environments stay as they are
/// meanwhile.
final class FrontLink implements WorkerEvents {
    private final MemberId member;
    private final LivingKeys keys;
    private final WorkerLink commanded;
    private final RunningInvocations running;
    private final RemotePackages packages = new RemotePackages(this::post);
    private volatile @Nullable Connection connected;
    private volatile @Nullable Report lastReport;
    private volatile @Nullable InetSocketAddress api;
    /// Whether the member says when it begins nothing more here.
    private volatile boolean dismisses;

    private volatile boolean leaving;
    /// The member begins nothing here any more, or is not connected.
    private final CountDownLatch dismissed = new CountDownLatch(1);

    FrontLink(MemberId member, SharedWorker worker, LivingKeys keys, MemoryBudget memory) {
        this.member = member;
        this.keys = keys;
        this.running = new RunningInvocations(memory);
        this.commanded = worker.from(member, (from, event) -> happened(from, event));
    }

    MemberId member() {
        return member;
    }

    WorkerLink commanded() {
        return commanded;
    }

    RunningInvocations running() {
        return running;
    }

    RemotePackages packages() {
        return packages;
    }

    boolean isConnected() {
        return connected != null;
    }

    /// Where functions find the member's API; empty where it has none, and while it is not connected.
    Optional<InetSocketAddress> api() {
        return isConnected() ? Optional.ofNullable(api) : Optional.empty();
    }

    @Override
    public void happened(WorkerId from, WorkerEvent event) {
        boolean ends = event instanceof Ended;
        if (!ends) {
            running.told(event);
        }
        if (event instanceof Report report) {
            lastReport = report;
        }
        if (!post(new Event(event))) {
            unheard(event);
        }
        if (ends) {
            // Not before it is on its way: who waits for the last to end closes the connection then.
            running.told(event);
        }
    }

    /// Nobody hears of an event. The function must not wait until somebody takes a piece of its answer.
    private void unheard(WorkerEvent event) {
        if (event instanceof Piece piece) {
            commanded.send(RunningInvocations.creditFor(piece));
        }
    }

    boolean post(Message message) {
        var connection = connected;
        if (connection == null) {
            return false;
        }
        connection.send(message);
        return true;
    }

    /// The member has taken us.
    ///
    /// @param version of the protocol that is spoken with it
    /// @param apiPort of its API; 0 if there is none
    void joined(Connection connection, int version, int apiPort) {
        dismisses = version >= Versions.DISMISSES;
        api = apiPort == 0 ? null : new InetSocketAddress(connection.remoteHost(), apiPort);
        connected = connection;
        keys.joined(this);
        var report = lastReport;
        if (report != null) {
            // Else nothing would be placed here before the next.
            connection.send(new Event(report));
        }
        if (leaving) {
            connection.leave();
        }
    }

    /// What was given to the connection and has not come.
    void unsent(Message message) {
        if (message instanceof Event(var event)) {
            unheard(event);
        }
    }

    /// The connection has ended.
    void lost() {
        connected = null;
        if (leaving) {
            dismissed.countDown();
        }
        keys.lost(this);
        packages.lost();
        running.credits().forEach(commanded::send);
    }

    /// Says that this worker is about to stop.
    void leave() {
        leaving = true;
        var connection = connected;
        if (connection == null || !dismisses) {
            dismissed.countDown();
        }
        if (connection != null) {
            connection.leave();
        }
    }

    /// The member begins nothing here any more.
    void dismissed() {
        // Else one that says so too early would have a later end wait for nothing.
        if (leaving) {
            dismissed.countDown();
        }
    }

    /// Waits, after `leave`, until the member sends no more invocations and those that it has sent have ended, or the
    /// time is up.
    void awaitEnd(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            if (dismissed.await(patience.toNanos(), TimeUnit.NANOSECONDS) && isConnected()) {
                running.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends the connection once all is said.
    void close() {
        var connection = connected;
        if (connection != null) {
            connection.closeWhenSent("this worker stops");
        }
    }
}
