package hearth.invoke;

import hearth.invoke.counting.CountingService;
import hearth.invoke.frontend.DispatchConfig;
import hearth.invoke.frontend.Frontend;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workermanager.WorkerManager;
import hearth.invoke.workermanager.WorkerManagerConfig;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.Invocation;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The services with workers whose connections are lost and made again, and whose processes are killed and started
/// again, all drawn from one seed. Its rules:
///
/// - each invocation gets one outcome soon, and none runs twice after it had begun to run;
/// - an environment is never given away while an invocation runs in it;
/// - once nobody invokes any more, nothing is held.
final class LostConnectionsSimulation {
    private static final int ACCOUNT_LIMIT = 12;
    private static final Duration BUSY = Duration.ofSeconds(60);
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final Random random;
    private final ManualClock clock = new ManualClock();
    private final SimulatedTime time = new SimulatedTime(clock);
    private final CountingService counting = new CountingService(ACCOUNT_LIMIT);
    private final PlacementService placement =
            new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100), clock);
    private final WorkerLinks links = new WorkerLinks();
    private final LossyLinks network;
    private final WorkerManager manager;
    private final Frontend frontend;
    private final WorkerEvents router;
    private final List<Host> hosts = new ArrayList<>();
    private final Callers callers;

    LostConnectionsSimulation(long seed) {
        random = new Random(seed);
        callers = new Callers(clock, random, LONGEST);
        network = new LossyLinks(time, random, 0);
        manager = new WorkerManager(
                WorkerManagerConfig.DEFAULT,
                placement,
                links,
                1,
                clock,
                time::after,
                shard -> EnvironmentId.of(random.nextLong(), random.nextLong(), shard),
                InvocationMeter.NONE);
        frontend = new Frontend(DispatchConfig.DEFAULT, counting, manager, links, InvocationMeter.NONE, clock::nanos);
        router = new EventRouter(frontend, manager, placement, counting);
        for (int i = 0; i < 2; i++) {
            hosts.add(new Host(new WorkerId("worker-" + i), 2 + random.nextInt(4)));
        }
        time.every(Duration.ofSeconds(1), () -> {
            manager.sweep();
            frontend.sweep();
        });
    }

    /// One connection: what is on its way when it is lost is lost with it.
    private static final class Line {
        private boolean open = true;
    }

    /// A host with a worker, which comes and goes.
    private final class Host {
        private final WorkerId id;
        private final int slots;
        private Line line = new Line();
        private DistantWorker worker;

        Host(WorkerId id, int slots) {
            this.id = id;
            this.slots = slots;
            worker = process();
            connect(true);
        }

        private DistantWorker process() {
            return new DistantWorker(id.value(), slots, time, random, this::tell, LostConnectionsSimulation.this::ran);
        }

        private void tell(WorkerId from, WorkerEvent event) {
            var by = line;
            network.to((worker, told) -> {
                        if (by.open) {
                            router.happened(worker, told);
                        }
                    })
                    .happened(from, event);
        }

        private void connect(boolean anew) {
            var now = new Line();
            line = now;
            var running = worker;
            if (anew) {
                placement.add(id);
            }
            links.add(network.to(new WorkerLink() {
                @Override
                public WorkerId worker() {
                    return id;
                }

                @Override
                public void send(WorkerCommand command) {
                    if (now.open) {
                        running.send(command);
                    }
                }
            }));
            manager.reached(id, anew);
        }

        void loseNowAndThen() {
            if (clock.nanos() < BUSY.toNanos() && line.open) {
                lose(random.nextInt(3) == 0);
            }
            time.after(millis(12_000), this::loseNowAndThen);
        }

        private void lose(boolean killed) {
            line.open = false;
            if (killed) {
                worker.cutOff();
            }
            placement.lost(id);
            manager.lost(id);
            links.remove(id);
            frontend.lost(id);
            time.after(millis(random.nextBoolean() ? 500 : 25_000), () -> {
                if (killed) {
                    worker = process();
                }
                connect(killed);
            });
        }
    }

    private Duration millis(int most) {
        return Duration.ofMillis(1 + random.nextInt(most));
    }

    /// Lets callers invoke for a while, then waits until all is quiet.
    ///
    /// @return how often each kind of outcome was had
    Map<String, Integer> run() {
        invokeAgain();
        hosts.forEach(Host::loseNowAndThen);
        time.run(BUSY.plus(LONGEST), this::checkLimits);
        callers.check();
        Callers.check(counting.running(Functions.ACCOUNT, Functions.REGION) == 0, "Something is still counted");
        Callers.check(frontend.running() == 0, "The frontend still runs something");
        var left = manager.counts();
        Callers.check(left.waiting() + left.busy() + left.starting() == 0, "Something is held: " + left);
        manager.close();
        time.run(Duration.ofMinutes(2), this::checkLimits);
        Callers.check(manager.counts().environments() == 0, "Environments are held: " + manager.counts());
        for (var host : hosts) {
            Callers.check(
                    host.worker.environments() == 0,
                    host.worker.environments() + " environments are left on " + host.id);
            Callers.check(placement.promised(host.id).environments() == 0, "Room is still promised");
        }
        return callers.outcomes();
    }

    private void invokeAgain() {
        if (clock.nanos() < BUSY.toNanos()) {
            callers.invoke(frontend);
            time.after(Duration.ofMillis(random.nextInt(120)), this::invokeAgain);
        }
    }

    private void ran(Invocation invocation) {
        Callers.check(callers.ran(invocation) == 1, invocation.requestId() + " runs twice");
    }

    private void checkLimits() {
        Callers.check(counting.running(Functions.ACCOUNT, Functions.REGION) <= ACCOUNT_LIMIT, "More run than may");
        long adopted = manager.counts().adopted();
        for (var host : hosts) {
            // What a worker is found to have has the room that it has, whatever was promised meanwhile.
            long promised = placement.promised(host.id).environments() - adopted;
            Callers.check(promised <= host.slots, "More is promised than there is");
        }
    }
}
