package hearth.invoke.workermanager;

import hearth.invoke.Alarms;
import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.SimulatedWorker;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.EnvironmentKey;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.Report;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardEvent;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Requests, workers, changes, faults and time, all drawn from one seed, around a WorkerManager; after each step the
/// rules hold that its users rely on:
///
/// - an environment serves one request at a time, of its own version and generation, within its slots and memory;
/// - whoever waits is served in the order of arrival, and whoever need not wait gets what was idle last;
/// - every request is told exactly once, and in the end nothing is held;
/// - what is provisioned stays within its share of each worker, and in the end is there, unless its share is used up.
final class WorkerManagerSimulation implements SimulatedWorker.Observer {
    private static final List<String> NAMES = List.of("mail", "search", "orders", "large");
    private static final List<String> TENANTS = List.of("blue", "red", "green");

    /// Percent of a worker that may be provisioned.
    private static final int SHARE = 50;

    private final Random random;
    private final boolean provisions;
    private final ManualClock clock = new ManualClock();
    private final PlacementService placement;
    private final WorkerLinks links = new WorkerLinks();
    private final Alarms alarms = new Alarms();
    private final WorkerManager manager;
    private final List<SimulatedWorker> workers = new ArrayList<>();
    private final Map<String, Long> generations = new HashMap<>();
    private final Map<EnvironmentKey, ArrayDeque<SimulatedRequest>> queues = new HashMap<>();
    /// What a worker said is free, and was neither taken nor retired since, the last on top.
    private final Map<EnvironmentKey, ArrayDeque<EnvironmentId>> idle = new HashMap<>();

    private final Map<String, SimulatedRequest> byId = new HashMap<>();
    private int requests;
    private int told;
    private int runs;
    private int failures;

    /// @param provisions whether versions have provisioned concurrency now and then
    WorkerManagerSimulation(long seed, boolean provisions) {
        random = new Random(seed);
        this.provisions = provisions;
        placement = new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), SHARE), clock);
        manager = new WorkerManager(
                WorkerManagerConfig.DEFAULT,
                placement,
                links,
                1,
                clock,
                alarms::set,
                shard -> EnvironmentId.of(random.nextLong(), random.nextLong(), shard),
                InvocationMeter.NONE);
        for (int i = 0; i <= random.nextInt(3); i++) {
            var worker = new SimulatedWorker("worker" + i, 2 + random.nextInt(6), random, this);
            workers.add(worker);
            links.add(worker);
            placement.add(worker.worker());
            worker.connect(this::happened);
        }
    }

    /// @return how many environments ran a request
    int run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
            workers.forEach(this::checkShare);
        }
        settle();
        return runs;
    }

    int failures() {
        return failures;
    }

    private void happened(WorkerId from, WorkerEvent event) {
        switch (event) {
            case EnvironmentEvent environment -> manager.happened(from, environment);
            case InvocationProgress.Ended ended ->
                Objects.requireNonNull(byId.get(ended.requestId())).ended(ended);
            case InvocationProgress other -> throw new AssertionError("Nothing streams here: " + other);
            case Report report -> placement.reported(from, report);
            case ShardEvent _ -> {}
        }
    }

    @Override
    public void free(EnvironmentSpec environment) {
        idle(environment.function(), environment.tenant()).addFirst(environment.id());
    }

    @Override
    public void notFree(EnvironmentSpec environment) {
        idle(environment.function(), environment.tenant()).remove(environment.id());
    }

    @Override
    public void runs(EnvironmentSpec environment, Invocation invocation) {
        runs++;
    }

    private void step() {
        switch (random.nextInt(40)) {
            case 0 -> clock.advance(Duration.ofMillis(random.nextInt(2_000)));
            case 1 -> {
                clock.advance(Duration.ofSeconds(random.nextInt(15)));
                manager.sweep();
            }
            case 2 -> anyWorker().crashOne();
            case 15 -> alarms.ring();
            case 3 -> change(anyName());
            case 4 -> {
                if (random.nextInt(10) == 0) {
                    clock.advance(WorkerManagerConfig.DEFAULT.idleExpiry());
                    manager.sweep();
                }
            }
            case 16 -> provision(anyName());
            case 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 -> acquire(version(anyName()));
            default -> anyWorker().deliver();
        }
    }

    /// No more requests and no more faults: everything comes to its end.
    private void settle() {
        workers.forEach(SimulatedWorker::behave);
        deliverAll();
        for (int i = 0; told < requests; i++) {
            check(i < 200, "A request is never told: " + told + " of " + requests);
            clock.advance(Duration.ofSeconds(1));
            alarms.ring();
            manager.sweep();
            deliverAll();
        }
        settleProvisioning();
        var left = manager.counts();
        check(left.waiting() == 0 && left.busy() == 0 && left.starting() == 0, "Something is held: " + left);
        check(left.environments() == workersEnvironments(), "Environments are known wrongly: " + left);
        manager.close();
        deliverAll();
        check(manager.counts().environments() == 0, "Environments are left: " + manager.counts());
        check(workersEnvironments() == 0, "Workers have environments left");
        for (var worker : workers) {
            var promised = placement.promised(worker.worker());
            check(
                    promised.environments() == 0
                            && promised.memory().count() == 0
                            && promised.milliCpus() == 0
                            && promised.kept().count() == 0,
                    "Room is still promised: " + promised);
        }
    }

    private void settleProvisioning() {
        for (int i = 0; NAMES.stream().anyMatch(this::isOnItsWay); i++) {
            check(i < 400, "Provisioning comes to no end: " + told());
            clock.advance(Duration.ofSeconds(1));
            manager.sweep();
            deliverAll();
        }
        workers.forEach(this::checkShare);
    }

    private String told() {
        return NAMES.stream()
                        .map(name -> name + " " + manager.provisioned(Functions.id(name), "$LATEST"))
                        .toList()
                + ", " + manager.counts() + ", "
                + workers.stream()
                        .map(worker -> worker.capacity() + " " + placement.promised(worker.worker()))
                        .toList();
    }

    private boolean isOnItsWay(String name) {
        var progress = manager.provisioned(Functions.id(name), "$LATEST");
        return progress.ready() < progress.wanted()
                && progress.failure()
                        .filter(why -> why.cause() == NotRunnable.Cause.SHARE_USED_UP)
                        .isEmpty();
    }

    private void checkShare(SimulatedWorker worker) {
        var kept = placement.promised(worker.worker()).kept().count();
        check(
                kept >= 0 && kept <= worker.capacity().memory().count() * SHARE / 100,
                "More than its share is provisioned: " + kept);
    }

    private void deliverAll() {
        for (var worker : workers) {
            while (worker.deliver()) {
                // One message may bring more, to other workers too.
            }
        }
        if (workers.stream().anyMatch(SimulatedWorker::deliver)) {
            deliverAll();
        }
    }

    private int workersEnvironments() {
        return workers.stream().mapToInt(SimulatedWorker::environments).sum();
    }

    private void acquire(FunctionVersion version) {
        var request = new SimulatedRequest(version, anyTenant(version));
        requests++;
        byId.put(request.id, request);
        request.queue().add(request);
        request.acquiring = true;
        manager.acquire(version, request.tenant, request);
        request.acquiring = false;
    }

    private void provision(String name) {
        if (provisions) {
            manager.provision(version(name, current(name)), random.nextInt(4));
        }
    }

    private void change(String name) {
        var generation = generations.merge(name, 1L, Long::sum) + 1;
        if (random.nextBoolean()) {
            manager.supersede(Functions.id(name), "$LATEST", generation);
        } else if (random.nextInt(4) == 0) {
            manager.deleted(Functions.id(name), "$LATEST");
        }
    }

    /// Now and then a caller still holds an older configuration.
    private FunctionVersion version(String name) {
        var current = current(name);
        return version(name, random.nextInt(20) == 0 ? Math.max(1, current - 1) : current);
    }

    private long current(String name) {
        return generations.getOrDefault(name, 0L) + 1;
    }

    private static FunctionVersion version(String name, long generation) {
        return name.equals("large") ? Functions.sized(name, 256, generation) : Functions.latest(name, generation);
    }

    private String anyName() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    private SimulatedWorker anyWorker() {
        return workers.get(random.nextInt(workers.size()));
    }

    /// Of one function that keeps its tenants apart; null of the others.
    private @Nullable String anyTenant(FunctionVersion version) {
        return version.function().name().equals("orders") ? TENANTS.get(random.nextInt(TENANTS.size())) : null;
    }

    private ArrayDeque<EnvironmentId> idle(FunctionVersion version, @Nullable String tenant) {
        return idle.computeIfAbsent(version.environmentKey(tenant), _ -> new ArrayDeque<>());
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private final class SimulatedRequest implements Waiter {
        private final FunctionVersion version;
        private final @Nullable String tenant;
        private final String id = "request-" + requests;
        private @Nullable Reservation reservation;
        private boolean acquiring;
        private boolean over;

        SimulatedRequest(FunctionVersion version, @Nullable String tenant) {
            this.version = version;
            this.tenant = tenant;
        }

        private ArrayDeque<SimulatedRequest> queue() {
            return queues.computeIfAbsent(version.environmentKey(tenant), _ -> new ArrayDeque<>());
        }

        @Override
        public void served(Assignment assignment) {
            leaveQueue();
            var worker = workers.stream()
                    .filter(one -> one.worker().equals(assignment.worker()))
                    .findFirst()
                    .orElseThrow();
            reservation = assignment.reservation();
            // A worker may have lost it already, and not said so yet.
            if (worker.knows(reservation.environment())) {
                var spec = worker.spec(reservation.environment());
                check(spec.function().equals(version), "Served by another version: " + spec);
                check(Objects.equals(spec.tenant(), tenant), "Served with another tenant's: " + spec);
            }
            // What is provisioned serves before all others.
            if (acquiring && !provisions) {
                var top = idle(version, tenant).peekFirst();
                check(reservation.environment().equals(top), "Not the one that was idle last");
            }
            idle(version, tenant).remove(reservation.environment());
            worker.send(new WorkerCommand.Invoke(reservation, invocation()));
        }

        @Override
        public void failed(Unavailable why) {
            leaveQueue();
            failures++;
            over();
        }

        private void ended(InvocationProgress.Ended event) {
            if (reservation == null || !event.reservation().equals(reservation)) {
                return;
            }
            if (event.outcome() instanceof InvocationOutcome.Refused) {
                manager.refused(reservation);
                queue().add(this);
                acquiring = true;
                manager.acquire(version, tenant, this);
                acquiring = false;
            } else {
                over();
            }
        }

        private void leaveQueue() {
            check(queue().peekFirst() == this, "Told out of turn");
            queue().removeFirst();
        }

        private void over() {
            check(!over, "Told twice");
            over = true;
            told++;
        }

        private Invocation invocation() {
            return new Invocation(id, "arn", new byte[0], null, tenant, "", clock.instant(), false, false);
        }
    }
}
