package hearth.invoke.workermanager;

import hearth.invoke.Functions;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.Bytes;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Report.Taken;
import hearth.model.worker.ShardEvent;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What it costs to find places for environments in a large cluster, and to hand a shard over; run by hand. The workers
/// answer at once and in this process: what is measured is deciding, without starting sandboxes and without a network.
///
/// Arguments: workers (1000), functions (100000), environments of the shard (10000).
final class ManyWorkersBenchmark {
    private static final int SLOTS = 400;

    private final PlacementService placement;
    private final WorkerLinks links = new WorkerLinks();
    private final WorkerManager manager;
    private final List<FakeWorker> workers = new ArrayList<>();
    private final CountDownLatch settled = new CountDownLatch(1);

    private ManyWorkersBenchmark(int count, List<FakeWorker> shared, boolean alone) {
        InstantSource clock = () -> Instant.EPOCH.plusNanos(System.nanoTime());
        var random = new Random(1);
        placement = new PlacementService(PlacementConfig.DEFAULT, clock);
        var timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().factory());
        WorkerManager.Alarm alarm = (delay, action) -> {
            var _ = timer.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
        };
        manager = alone
                ? new WorkerManager(
                        WorkerManagerConfig.DEFAULT,
                        placement,
                        links,
                        1,
                        clock,
                        alarm,
                        ids(random),
                        InvocationMeter.NONE)
                : WorkerManager.ofMember(
                        WorkerManagerConfig.DEFAULT,
                        placement,
                        links,
                        random.nextLong(),
                        _ -> settled.countDown(),
                        clock,
                        alarm,
                        ids(random),
                        InvocationMeter.NONE);
        for (int i = 0; i < count; i++) {
            workers.add(shared.isEmpty() ? new FakeWorker("worker-" + i) : shared.get(i));
        }
        for (var worker : workers) {
            worker.manager = manager;
            placement.add(worker.worker());
            links.add(worker);
            manager.reached(worker.worker(), true);
            placement.reported(worker.worker(), worker.report());
        }
    }

    private static Function<ShardId, EnvironmentId> ids(Random random) {
        return shard -> EnvironmentId.of(random.nextLong(), random.nextLong(), shard);
    }

    /// A worker whose environments are ready at once.
    private static final class FakeWorker implements WorkerLink {
        private final WorkerId id;
        private final AtomicLong reports = new AtomicLong();
        private final Map<EnvironmentId, EnvironmentSpec> environments = new LinkedHashMap<>();
        private volatile @Nullable WorkerManager manager;

        FakeWorker(String name) {
            id = new WorkerId(name);
        }

        @Override
        public WorkerId worker() {
            return id;
        }

        @Override
        public void send(WorkerCommand command) {
            if (command instanceof WorkerCommand.Start(var spec)) {
                synchronized (environments) {
                    environments.put(spec.id(), spec);
                }
                looksAfter().happened(id, new EnvironmentEvent.Ready(spec.id()));
            } else if (command instanceof WorkerCommand.TakeUp(var shard, var epoch)) {
                looksAfter().happened(id, new ShardEvent.TakenUp(shard, epoch, held(shard)));
            }
        }

        private WorkerManager looksAfter() {
            return Objects.requireNonNull(manager);
        }

        private List<HeldEnvironment> held(ShardId shard) {
            synchronized (environments) {
                return environments.values().stream()
                        .filter(spec -> spec.id().shard().equals(shard))
                        .map(spec -> new HeldEnvironment(
                                spec, new ReportedEnvironment(spec.id(), Phase.IDLE, 1), Duration.ofSeconds(1)))
                        .toList();
            }
        }

        Report report() {
            List<ReportedEnvironment> all;
            synchronized (environments) {
                all = environments.keySet().stream()
                        .map(one -> new ReportedEnvironment(one, Phase.BUSY, 1))
                        .toList();
            }
            int count = all.size();
            var capacity = new WorkerCapacity(Bytes.mebibytes(16_384), 8_000, SLOTS);
            var taken = new Taken(count, Bytes.mebibytes(128L * count), 72L * count, 0);
            return new Report(reports.incrementAndGet(), capacity, taken, true, true, all);
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        int workers = argument(arguments, 0, 1_000);
        int functions = argument(arguments, 1, 100_000);
        int environments = argument(arguments, 2, 10_000);
        for (int round = 0; round < 3; round++) {
            new ManyWorkersBenchmark(workers, List.of(), true).starts(functions);
        }
        for (int round = 0; round < 5; round++) {
            handOver(workers, environments);
        }
    }

    private static int argument(String[] arguments, int at, int otherwise) {
        return arguments.length > at ? Integer.parseInt(arguments[at]) : otherwise;
    }

    /// The first invocation of each of many functions, while all workers report once a second.
    private void starts(int functions) throws InterruptedException {
        var versions = new FunctionVersion[functions];
        for (int i = 0; i < functions; i++) {
            versions[i] = Functions.latest("function-" + i);
        }
        var background = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().factory());
        var next = new AtomicLong();
        var _ = background.scheduleAtFixedRate(
                () -> {
                    var worker = workers.get((int) (next.getAndIncrement() % workers.size()));
                    var report = worker.report();
                    placement.reported(worker.worker(), report);
                    manager.reported(worker.worker(), report);
                },
                1_000_000 / workers.size(),
                1_000_000 / workers.size(),
                TimeUnit.MICROSECONDS);
        var _ = background.scheduleAtFixedRate(manager::sweep, 1, 1, TimeUnit.SECONDS);
        var took = new long[functions];
        var waiter = new CountingWaiter();
        long begun = System.nanoTime();
        for (int i = 0; i < functions; i++) {
            long since = System.nanoTime();
            manager.acquire(versions[i], null, waiter);
            took[i] = System.nanoTime() - since;
        }
        long all = System.nanoTime() - begun;
        background.shutdownNow();
        Arrays.sort(took);
        System.out.printf(
                "%d workers, %d functions: %d served, %.0f starts a second, p50 %.3f ms, p99 %.3f ms, worst %.1f ms%n",
                workers.size(),
                functions,
                waiter.served.get(),
                functions / (all / 1e9),
                took[functions / 2] / 1e6,
                took[(int) (functions * 0.99)] / 1e6,
                took[functions - 1] / 1e6);
    }

    private static final class CountingWaiter implements Waiter {
        private final AtomicLong served = new AtomicLong();
        private final Map<EnvironmentId, Assignment> assignments = new HashMap<>();

        @Override
        public void served(Assignment assignment) {
            served.incrementAndGet();
            assignments.put(assignment.reservation().environment(), assignment);
        }

        @Override
        public void failed(Unavailable why) {
            throw new IllegalStateException("No environment: " + why);
        }
    }

    /// A shard goes from one member to another, with ten environments of each of its functions.
    private static void handOver(int workers, int environments) throws InterruptedException {
        var shard = new ShardId(7);
        var before = new ManyWorkersBenchmark(workers, List.of(), false);
        before.manager.begin(shard);
        before.settled.await();
        var versions = new ArrayList<FunctionVersion>();
        for (int i = 0; versions.size() < environments / 10; i++) {
            var version = Functions.latest("function-" + i);
            if (ShardId.of(version.function()).equals(shard)) {
                versions.add(version);
            }
        }
        var waiter = new CountingWaiter();
        for (var version : versions) {
            for (int i = 0; i < 10; i++) {
                before.manager.acquire(version, null, waiter);
            }
        }
        waiter.assignments.values().forEach(one -> before.manager.happened(one.worker(), (EnvironmentEvent) idle(one)));
        var after = new ManyWorkersBenchmark(workers, before.workers, false);
        long begun = System.nanoTime();
        before.manager.end(shard);
        long ended = System.nanoTime();
        after.manager.begin(shard);
        after.settled.await();
        long done = System.nanoTime();
        System.out.printf(
                "%d workers, hand-over of %d environments: %d taken up, %.0f ms to let go, %.0f ms to take up%n",
                workers,
                waiter.served.get(),
                after.manager.counts().adopted(),
                (ended - begun) / 1e6,
                (done - ended) / 1e6);
    }

    private static WorkerEvent idle(Assignment one) {
        return new EnvironmentEvent.Idle(
                one.reservation().environment(), one.reservation().number());
    }
}
