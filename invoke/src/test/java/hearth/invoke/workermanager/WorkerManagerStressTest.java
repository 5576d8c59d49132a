package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Await;
import hearth.invoke.Functions;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.model.Bytes;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentListener;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationListener;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.Reservation;
import hearth.model.worker.Worker;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
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
        var manager = new WorkerManager(
                WorkerManagerConfig.DEFAULT,
                placement,
                InstantSource.system(),
                (delay, action) -> CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS)
                        .execute(action),
                () -> EnvironmentId.of(1, ids.incrementAndGet()),
                InvocationMeter.NONE);
        var answered = new CountDownLatch(THREADS * REQUESTS);
        var generation = new AtomicInteger(1);
        try (var loops = Executors.newFixedThreadPool(2);
                var callers = Executors.newFixedThreadPool(THREADS)) {
            var worker = new ThreadedWorker(loops);
            placement.add(worker);
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
            Await.until(() -> placement.promised(worker.id()).environments() == 0);
        }

        assertThat(violations).isEmpty();
        assertThat(manager.counts().waiting()).isZero();
    }

    private void request(
            WorkerManager manager, ThreadedWorker worker, FunctionVersion version, CountDownLatch answered) {
        manager.acquire(version, new Waiter() {
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
    private final class ThreadedWorker implements Worker {
        private static final class Environment {
            final EnvironmentSpec spec;
            final EnvironmentListener listener;
            final AtomicInteger runs = new AtomicInteger();

            Environment(EnvironmentSpec spec, EnvironmentListener listener) {
                this.spec = spec;
                this.listener = listener;
            }
        }

        private final Map<EnvironmentId, Environment> environments = new ConcurrentHashMap<>();
        private final ExecutorService loops;

        ThreadedWorker(ExecutorService loops) {
            this.loops = loops;
        }

        @Override
        public WorkerId id() {
            return new WorkerId("threaded");
        }

        @Override
        public WorkerCapacity capacity() {
            return new WorkerCapacity(Bytes.mebibytes(8192), 8000, 8);
        }

        @Override
        public void start(EnvironmentSpec spec, EnvironmentListener listener) {
            var environment = new Environment(spec, listener);
            environments.put(spec.id(), environment);
            if (environments.size() > 8) {
                violations.add("More environments than slots");
            }
            loops.execute(() -> listener.ready(spec.id()));
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
                environment.listener.idle(environment.spec.id());
            });
        }

        @Override
        public void invoke(Reservation reservation, Invocation invocation, InvocationListener listener) {
            listener.ended(new InvocationOutcome.Refused("Not used here"));
        }

        @Override
        public void retire(EnvironmentId id) {
            var environment = environments.get(id);
            if (environment == null) {
                return;
            }
            loops.execute(() -> {
                if (environments.remove(id) != null) {
                    environment.listener.gone(id);
                }
            });
        }
    }
}
