package hearth.invoke;

import hearth.invoke.counting.CountingService;
import hearth.invoke.frontend.DispatchConfig;
import hearth.invoke.frontend.Frontend;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.shards.ShardTransport;
import hearth.invoke.shards.ShardedEnvironments;
import hearth.invoke.workermanager.WorkerManager;
import hearth.invoke.workermanager.WorkerManagerConfig;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.MemberId;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/// A member of a cluster in simulated time: frontend, WorkerManager and placement, with connections to shared
/// workers. One object for each life of the process.
final class SimulatedMember {
    private final MemberId id;
    private final SimulatedTime time;
    private final LossyLinks network;
    private final CountingService counting = new CountingService(1_000);
    private final PlacementService placement;
    private final WorkerLinks links = new WorkerLinks();
    private final WorkerManager manager;
    private final ShardedEnvironments shards;
    private final Frontend frontend;
    private final EventRouter router;
    private final Map<WorkerId, Line> lines = new HashMap<>();
    private boolean dead;

    /// One connection: what is on its way when it is lost is lost with it.
    private static final class Line {
        private final DistantWorker worker;
        private boolean open = true;

        Line(DistantWorker worker) {
            this.worker = worker;
        }
    }

    SimulatedMember(
            MemberId id,
            SimulatedTime time,
            ManualClock clock,
            Random random,
            LossyLinks network,
            Function<SimulatedMember, ShardTransport> transport) {
        this.id = id;
        this.time = time;
        this.network = network;
        placement = new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100), clock);
        manager = WorkerManager.ofMember(
                WorkerManagerConfig.DEFAULT,
                placement,
                links,
                random.nextLong(),
                _ -> {},
                clock,
                this::after,
                shard -> EnvironmentId.of(random.nextLong(), random.nextLong(), shard),
                InvocationMeter.NONE);
        shards = new ShardedEnvironments(
                id, manager, transport.apply(this), this::after, clock::nanos, random.nextLong());
        frontend = new Frontend(DispatchConfig.DEFAULT, counting, shards, links, InvocationMeter.NONE, clock::nanos);
        router = new EventRouter(frontend, manager, placement, counting);
        time.every(Duration.ofSeconds(1), () -> {
            if (!dead) {
                manager.sweep();
                shards.sweep();
                frontend.sweep();
            }
        });
    }

    private void after(Duration delay, Runnable action) {
        time.after(delay, () -> {
            if (!dead) {
                action.run();
            }
        });
    }

    MemberId id() {
        return id;
    }

    ShardedEnvironments shards() {
        return shards;
    }

    WorkerManager manager() {
        return manager;
    }

    PlacementService placement() {
        return placement;
    }

    Frontend frontend() {
        return frontend;
    }

    CountingService counting() {
        return counting;
    }

    boolean isDead() {
        return dead;
    }

    boolean isConnected(WorkerId worker) {
        var line = lines.get(worker);
        return line != null && line.open;
    }

    /// As `InvokeServices` does when a worker joins.
    ///
    /// @param anew whether its process is another than before
    void connect(DistantWorker worker, String zone, boolean anew) {
        var now = new Line(worker);
        lines.put(worker.worker(), now);
        if (anew) {
            placement.add(worker.worker(), zone);
        }
        var events = network.to((from, event) -> {
            if (now.open) {
                router.happened(from, event);
            }
        });
        var link = worker.from(id, events);
        links.add(network.to(new WorkerLink() {
            @Override
            public WorkerId worker() {
                return worker.worker();
            }

            @Override
            public void send(WorkerCommand command) {
                if (now.open) {
                    link.send(command);
                }
            }
        }));
        manager.reached(worker.worker(), anew);
    }

    /// As `InvokeServices` does when a connection is lost.
    void disconnect(WorkerId worker) {
        var line = lines.get(worker);
        if (line == null || !line.open) {
            return;
        }
        line.open = false;
        line.worker.parted(id);
        placement.lost(worker);
        manager.lost(worker);
        links.remove(worker);
        frontend.lost(worker);
    }

    /// The process is killed.
    void die() {
        dead = true;
        lines.values().stream().filter(line -> line.open).forEach(line -> {
            line.open = false;
            line.worker.parted(id);
        });
    }
}
