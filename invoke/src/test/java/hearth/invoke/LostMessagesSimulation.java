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
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Frontend, WorkerManager and placement with workers behind links that lose messages, all drawn from one seed. Its
/// rules:
///
/// - each invocation gets one outcome, within some minutes, with its own payload if it is answered;
/// - an environment is never given away while an invocation runs in it;
/// - no more run at once than the account may, and no more is promised on a worker than it has;
/// - once nobody invokes any more, nothing is held: no lease, invocation, slot or environment.
final class LostMessagesSimulation {
    private static final int ACCOUNT_LIMIT = 12;
    private static final Duration BUSY = Duration.ofSeconds(40);

    /// An invocation may be sent four times, and each time wait for the function's time-out and 40 s.
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private final Random random;
    private final ManualClock clock = new ManualClock();
    private final SimulatedTime time = new SimulatedTime(clock);
    private final CountingService counting = new CountingService(ACCOUNT_LIMIT);
    private final PlacementService placement =
            new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100), clock);
    private final WorkerManager manager;
    private final Frontend frontend;
    private final List<DistantWorker> workers = new ArrayList<>();
    private final Callers callers;

    LostMessagesSimulation(long seed, int lostPercent) {
        random = new Random(seed);
        callers = new Callers(clock, random, LONGEST);
        var network = new LossyLinks(time, random, lostPercent);
        var links = new WorkerLinks();
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
        var events = network.to(new EventRouter(frontend, manager, placement, counting));
        for (int i = 0; i < 2; i++) {
            placement.add(new WorkerId("worker-" + i));
            var worker = new DistantWorker("worker-" + i, 2 + random.nextInt(4), time, random, events, this::ran);
            links.add(network.to(worker));
            workers.add(worker);
        }
        time.every(Duration.ofSeconds(1), () -> {
            manager.sweep();
            frontend.sweep();
        });
    }

    /// Lets callers invoke for a while, then waits until all is quiet.
    ///
    /// @return how often each kind of outcome was had
    Map<String, Integer> run(boolean cutOneOff) {
        invokeAgain();
        time.run(BUSY.dividedBy(2), this::checkLimits);
        if (cutOneOff) {
            workers.removeFirst().cutOff();
        }
        time.run(BUSY.dividedBy(2).plus(LONGEST), this::checkLimits);
        callers.check();
        Callers.check(counting.running(Functions.ACCOUNT, Functions.REGION) == 0, "Something is still counted");
        Callers.check(frontend.running() == 0, "The frontend still runs something");
        var left = manager.counts();
        Callers.check(left.waiting() + left.busy() + left.starting() == 0, "Something is held: " + left);
        manager.close();
        time.run(Duration.ofMinutes(2), this::checkLimits);
        Callers.check(manager.counts().environments() == 0, "Environments are held: " + manager.counts());
        for (var worker : workers) {
            Callers.check(
                    worker.environments() == 0, worker.environments() + " environments are left on " + worker.worker());
        }
        for (int i = 0; i < 2; i++) {
            Callers.check(
                    placement.promised(new WorkerId("worker-" + i)).environments() == 0, "Room is still promised");
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
        callers.ran(invocation);
    }

    private void checkLimits() {
        Callers.check(counting.running(Functions.ACCOUNT, Functions.REGION) <= ACCOUNT_LIMIT, "More run than may");
        for (var worker : workers) {
            Callers.check(
                    placement.promised(worker.worker()).environments() <= worker.slots(),
                    "More is promised than there is");
            Callers.check(worker.environments() <= worker.slots(), "More environments than slots");
        }
    }
}
