package hearth.invoke;

import hearth.invoke.counting.CountingService;
import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.DispatchConfig;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Frontend, WorkerManager and placement with workers behind links that lose messages, all drawn from one seed. Its
/// rules:
///
/// - each invocation gets one outcome, within some minutes, with its own payload if it is answered;
/// - an environment is never given away while an invocation runs in it;
/// - no more run at once than the account may, and no more is promised on a worker than it has;
/// - once nobody invokes any more, nothing is held: no lease, invocation, slot or environment.
final class LostMessagesSimulation {
    private static final List<String> NAMES = List.of("mail", "search", "orders");
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
    private final Map<String, Caller> callers = new HashMap<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();

    LostMessagesSimulation(long seed, int lostPercent) {
        random = new Random(seed);
        var network = new LossyLinks(time, random, lostPercent);
        var links = new WorkerLinks();
        manager = new WorkerManager(
                WorkerManagerConfig.DEFAULT,
                placement,
                links,
                1,
                clock,
                time::after,
                () -> EnvironmentId.of(random.nextLong(), random.nextLong()),
                InvocationMeter.NONE);
        frontend = new Frontend(DispatchConfig.DEFAULT, counting, manager, links, InvocationMeter.NONE, clock::nanos);
        var events = network.to(new EventRouter(frontend, manager, placement));
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
        callers.forEach((id, caller) -> check(caller.outcomes == 1, id + " had " + caller.outcomes + " outcomes"));
        check(counting.running(Functions.ACCOUNT, Functions.REGION) == 0, "Something is still counted");
        check(frontend.running() == 0, "The frontend still runs something");
        var left = manager.counts();
        check(left.waiting() + left.busy() + left.starting() == 0, "Something is held: " + left);
        manager.close();
        time.run(Duration.ofMinutes(2), this::checkLimits);
        check(manager.counts().environments() == 0, "Environments are held: " + manager.counts());
        for (var worker : workers) {
            check(worker.environments() == 0, worker.environments() + " environments are left on " + worker.worker());
        }
        for (int i = 0; i < 2; i++) {
            check(placement.promised(new WorkerId("worker-" + i)).environments() == 0, "Room is still promised");
        }
        return outcomes;
    }

    private void invokeAgain() {
        if (clock.nanos() < BUSY.toNanos()) {
            invoke();
            time.after(Duration.ofMillis(random.nextInt(120)), this::invokeAgain);
        }
    }

    private void invoke() {
        var id = "request-" + callers.size();
        var caller = new Caller(id, clock.instant());
        callers.put(id, caller);
        var version = Functions.latest(NAMES.get(random.nextInt(NAMES.size())), 1);
        var payload = id.getBytes(StandardCharsets.UTF_8);
        var invocation = new Invocation(
                id, version.function().arn(), payload, null, null, "Root=1", clock.instant(), false, false);
        frontend.run(version, invocation, Dispatch.AMPLE_PATIENCE, caller);
    }

    private void ran(Invocation invocation) {
        check(callers.containsKey(invocation.requestId()), "Nobody asked for this");
    }

    private void checkLimits() {
        check(counting.running(Functions.ACCOUNT, Functions.REGION) <= ACCOUNT_LIMIT, "More run than may");
        for (var worker : workers) {
            check(
                    placement.promised(worker.worker()).environments() <= worker.slots(),
                    "More is promised than there is");
            check(worker.environments() <= worker.slots(), "More environments than slots");
        }
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private final class Caller implements DispatchListener {
        private final String id;
        private final Instant since;
        private int outcomes;

        Caller(String id, Instant since) {
            this.id = id;
            this.since = since;
        }

        @Override
        public void ended(DispatchOutcome outcome) {
            outcomes++;
            check(outcomes == 1, id + " had two outcomes");
            check(Duration.between(since, clock.instant()).compareTo(LONGEST) <= 0, id + " waited too long");
            var kind = outcome.getClass().getSimpleName();
            if (outcome instanceof DispatchOutcome.Answered(var payload, var _, var _)) {
                check(new String(payload, StandardCharsets.UTF_8).equals(id), "Answered to another caller");
            } else if (outcome instanceof DispatchOutcome.Unavailable(var reason)) {
                kind = reason.name();
            }
            LostMessagesSimulation.this.outcomes.merge(kind, 1, Integer::sum);
        }
    }
}
