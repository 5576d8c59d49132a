package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Await;
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
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/// Many threads on one WorkerManager: requests, workers, changes and sweeps at once.
class WorkerManagerStressTest {
    private static final int THREADS = 4;
    private static final int REQUESTS = 10_000;

    private final List<String> violations = Collections.synchronizedList(new ArrayList<>());

    @Test
    void servesEveryRequestOnceAndNeverTwoInOneEnvironment() throws Exception {
        var ids = new AtomicLong();
        var placement = new PlacementService(PlacementConfig.DEFAULT, InstantSource.system());
        var links = new WorkerLinks();
        var manager = new WorkerManager(
                WorkerManagerConfig.DEFAULT,
                placement,
                links,
                1,
                InstantSource.system(),
                (delay, action) -> CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS)
                        .execute(action),
                shard -> EnvironmentId.of(1, ids.incrementAndGet(), shard),
                InvocationMeter.NONE);
        var answered = new CountDownLatch(THREADS * REQUESTS);
        var generation = new AtomicInteger(1);
        try (var loops = Executors.newFixedThreadPool(2);
                var callers = Executors.newFixedThreadPool(THREADS)) {
            var worker = new ThreadedWorker(loops, manager::happened);
            links.add(worker);
            placement.add(worker.worker());
            placement.reported(worker.worker(), worker.report());
            for (int t = 0; t < THREADS; t++) {
                var name = t % 2 == 0 ? "mail" : "search";
                callers.execute(() -> {
                    for (int i = 0; i < REQUESTS; i++) {
                        if (i % 1000 == 999) {
                            generation.incrementAndGet();
                            manager.sweep();
                        }
                        request(manager, worker, Functions.latest(name, generation.get()), answered);
                    }
                });
            }
            assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
            manager.close();
            callers.shutdown();
            Await.until(() -> manager.counts().environments() == 0);
            Await.until(() -> placement.promised(worker.worker()).environments() == 0);
        }

        assertThat(violations).isEmpty();
        assertThat(manager.counts().waiting()).isZero();
    }

    private void request(
            WorkerManager manager, ThreadedWorker worker, FunctionVersion version, CountDownLatch answered) {
        manager.acquire(version, null, new Waiter() {
            private final AtomicInteger told = new AtomicInteger();

            @Override
            public void served(Assignment assignment) {
                tellOnce();
                worker.run(assignment.reservation(), version);
                answered.countDown();
            }

            @Override
            public void failed(Unavailable why) {
                tellOnce();
                violations.add("Failed: " + why);
                answered.countDown();
            }

            private void tellOnce() {
                if (told.incrementAndGet() != 1) {
                    violations.add("Told twice");
                }
            }
        });
    }

    /// Has two threads of its own, and 8 slots.
    private final class ThreadedWorker implements WorkerLink {
        private static final class Environment {
            final EnvironmentSpec spec;
            final AtomicInteger runs = new AtomicInteger();

            Environment(EnvironmentSpec spec) {
                this.spec = spec;
            }
        }

        private final Map<EnvironmentId, Environment> environments = new ConcurrentHashMap<>();
        private final ExecutorService loops;

        private final BiConsumer<WorkerId, EnvironmentEvent> events;

        ThreadedWorker(ExecutorService loops, BiConsumer<WorkerId, EnvironmentEvent> events) {
            this.loops = loops;
            this.events = events;
        }

        @Override
        public WorkerId worker() {
            return new WorkerId("threaded");
        }

        Report report() {
            return new Report(
                    1, new WorkerCapacity(Bytes.mebibytes(8192), 8000, 8), Report.Taken.NOTHING, true, true, List.of());
        }

        @Override
        public void send(WorkerCommand command) {
            switch (command) {
                case WorkerCommand.Start(var spec) -> start(spec);
                case WorkerCommand.Retire(var id) -> retire(id);
                default -> violations.add("Not used here: " + command);
            }
        }

        private void tell(EnvironmentEvent event) {
            events.accept(worker(), event);
        }

        private void start(EnvironmentSpec spec) {
            var environment = new Environment(spec);
            environments.put(spec.id(), environment);
            if (environments.size() > 8) {
                violations.add("More environments than slots");
            }
            loops.execute(() -> tell(new EnvironmentEvent.Ready(spec.id())));
        }

        void run(Reservation reservation, FunctionVersion version) {
            var environment = environments.get(reservation.environment());
            if (environment == null) {
                violations.add("Served by an environment that is gone");
                return;
            }
            if (!environment.spec.function().equals(version)) {
                violations.add("Served by another version");
            }
            if (environment.runs.incrementAndGet() != 1) {
                violations.add("Two at once");
            }
            loops.execute(() -> {
                environment.runs.decrementAndGet();
                tell(new EnvironmentEvent.Idle(environment.spec.id(), reservation.number()));
            });
        }

        private void retire(EnvironmentId id) {
            var environment = environments.get(id);
            if (environment == null) {
                return;
            }
            loops.execute(() -> {
                if (environments.remove(id) != null) {
                    tell(new EnvironmentEvent.Gone(id, null));
                }
            });
        }
    }
}
