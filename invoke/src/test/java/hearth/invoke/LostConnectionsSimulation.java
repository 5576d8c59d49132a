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
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// The services with workers whose connections are lost and made again, and whose processes are killed and started
/// again, all drawn from one seed. Its rules:
///
/// - each invocation gets one outcome soon, and none runs twice after it had begun to run;
/// - an environment is never given away while an invocation runs in it;
/// - once nobody invokes any more, nothing is held.
final class LostConnectionsSimulation {
    private static final List<String> NAMES = List.of("mail", "search", "orders");
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
    private final Map<String, Caller> callers = new HashMap<>();
    private final Map<String, Integer> runs = new HashMap<>();
    private final Map<String, Integer> outcomes = new TreeMap<>();

    LostConnectionsSimulation(long seed) {
        random = new Random(seed);
        network = new LossyLinks(time, random, 0);
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
        router = new EventRouter(frontend, manager, placement);
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
            manager.reached(id, anew);
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
            links.remove(id);
            placement.lost(id);
            manager.lost(id);
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
        callers.forEach((id, caller) -> check(caller.outcomes == 1, id + " had " + caller.outcomes + " outcomes"));
        check(counting.running(Functions.ACCOUNT, Functions.REGION) == 0, "Something is still counted");
        check(frontend.running() == 0, "The frontend still runs something");
        var left = manager.counts();
        check(left.waiting() + left.busy() + left.starting() == 0, "Something is held: " + left);
        manager.close();
        time.run(Duration.ofMinutes(2), this::checkLimits);
        check(manager.counts().environments() == 0, "Environments are held: " + manager.counts());
        for (var host : hosts) {
            check(host.worker.environments() == 0, host.worker.environments() + " environments are left on " + host.id);
            check(placement.promised(host.id).environments() == 0, "Room is still promised");
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
        check(runs.merge(invocation.requestId(), 1, Integer::sum) == 1, invocation.requestId() + " runs twice");
    }

    private void checkLimits() {
        check(counting.running(Functions.ACCOUNT, Functions.REGION) <= ACCOUNT_LIMIT, "More run than may");
        for (var host : hosts) {
            check(placement.promised(host.id).environments() <= host.slots, "More is promised than there is");
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
            LostConnectionsSimulation.this.outcomes.merge(kind, 1, Integer::sum);
        }
    }
}
