package hearth.events;

import hearth.cluster.EventStore;
import hearth.cluster.StoreUrl;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.Bytes;
import hearth.model.FunctionId;
import hearth.model.Routing;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.Invocation;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One of the servers that share the events of a database, with functions that take a while.
final class SharingNode implements AutoCloseable {
    /// How many events may be in work at once.
    static final int AT_ONCE = 8;

    private static final EventsConfig CONFIG =
            new EventsConfig(Duration.ofMinutes(1), AT_ONCE, 4, Duration.ofHours(6), Duration.ofSeconds(5));

    final EventStore store;
    final SharedEventQueue queue;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// @param work how long a function runs
    /// @param ran told of the request id of each run, as it begins
    SharingNode(StoreUrl url, String name, Duration work, Consumer<String> ran) {
        store = EventStore.open(url, new Random(name.hashCode()));
        var cache = new FunctionCache(
                FunctionCacheConfig.DEFAULT, SharingNode::find, threads, System::nanoTime, new InvocationMeter() {});
        var parts = new EventQueue.Parts(
                store,
                new FunctionResolver(cache, new Random(1), System::nanoTime, new InvocationMeter() {}),
                (_, invocation, _, listener) -> {
                    ran.accept(invocation.requestId());
                    after(work)
                            .execute(() -> listener.ended(
                                    new DispatchOutcome.Answered(Samples.bytes("1"), "application/json", null)));
                },
                _ -> false,
                (_, _) -> {},
                new MemoryBudget(Bytes.mebibytes(64)),
                threads,
                (delay, action) -> after(delay).execute(action));
        queue = SharedEventQueue.working(
                store,
                new EventQueue.Setting(CONFIG, parts, () -> "passed-on", InstantSource.system(), System::nanoTime),
                new EventMeter() {},
                new Random(name.hashCode() + 1));
        queue.begin();
    }

    private Executor after(Duration delay) {
        return CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, threads);
    }

    private static Optional<Routing> find(FunctionId id, String qualifier) {
        return Optional.of(Routing.to(Samples.version(id)));
    }

    /// @return complete once it is on the disk
    CompletableFuture<String> accept(String requestId) {
        return accept(queue, requestId);
    }

    static CompletableFuture<String> accept(AsyncInvocations queue, String requestId) {
        var answer = new CompletableFuture<String>();
        Invocation invocation = Samples.invocation(requestId, "{}");
        queue.accept(Samples.MAIL, "$LATEST", invocation, new AsyncInvocations.Listener() {
            @Override
            public void accepted() {
                answer.complete(requestId);
            }

            @Override
            public void refused(Throwable cause) {
                answer.completeExceptionally(cause);
            }
        });
        return answer;
    }

    @Override
    public void close() {
        queue.close();
        store.close();
        threads.shutdownNow();
    }

    /// A node that a test kills: writes the request id of each run on a line of its output.
    static final class Killed {
        private Killed() {}

        /// @param arguments the database, and for how many milliseconds a function runs
        public static void main(String... arguments) throws InterruptedException {
            var work = Duration.ofMillis(Long.parseLong(arguments[1]));
            var _ = new SharingNode(StoreUrl.parse(arguments[0]), "killed", work, id -> {
                synchronized (System.out) {
                    System.out.println(id);
                    System.out.flush();
                }
            });
            Thread.sleep(Duration.ofMinutes(2));
        }
    }
}
