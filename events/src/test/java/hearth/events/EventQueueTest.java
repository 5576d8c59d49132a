package hearth.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import hearth.cluster.DataFolderLock;
import hearth.cluster.DeliveryRecord;
import hearth.cluster.EventRecord;
import hearth.cluster.EventStore;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.Bytes;
import hearth.model.EventInvokeConfig;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.RecursionGuard;
import hearth.model.Routing;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.Invocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The queue over a real store, with functions that are made of lambdas.
class EventQueueTest {
    private static final String QUEUE = "arn:aws:sqs:us-east-1:123456789012:failed";
    private static final String TOPIC = "arn:aws:sns:us-east-1:123456789012:heard";
    private static final FunctionId AUDIT = Samples.function("audit");

    @TempDir
    Path folder;

    private final Map<FunctionId, EventInvokeConfig> functions = new ConcurrentHashMap<>();
    private final Set<FunctionId> stopped = ConcurrentHashMap.newKeySet();
    private final List<Invocation> runs = new CopyOnWriteArrayList<>();
    private final BlockingQueue<DeliveryRecord> sent = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> dropped = new LinkedBlockingQueue<>();
    private final List<FunctionId> stoppedRecursions = new CopyOnWriteArrayList<>();
    private final List<FunctionId> undeliverable = new CopyOnWriteArrayList<>();
    private final AtomicInteger sendingFails = new AtomicInteger();
    private final MemoryBudget memory = new MemoryBudget(Bytes.mebibytes(64));
    /// Added to the monotonic clock: waits of minutes are over when a test says so.
    private final AtomicLong skipped = new AtomicLong();

    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger others = new AtomicInteger();
    private final Set<String> audits = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private BiFunction<FunctionVersion, Invocation, DispatchOutcome> function = (_, _) -> answered("\"done\"");

    private volatile boolean areReadable = true;
    private volatile boolean allowsLoops;
    /// What somebody has added to the clock on the wall.
    private volatile Duration set = Duration.ZERO;

    private DataFolderLock lock;
    private EventStore store;
    private EventQueue queue;

    @BeforeEach
    void begin() {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, null, null, null));
        start();
    }

    @AfterEach
    void end() {
        stop();
        threads.close();
        assertThat(memory.left()).isEqualTo(memory.total().count());
    }

    @Test
    void runsAFunctionOnAnEventOnce() {
        accept("r-1", "{\"a\":1}");

        awaitEmpty();
        assertThat(runs).singleElement().satisfies(run -> {
            assertThat(run.requestId()).isEqualTo("r-1");
            assertThat(new String(run.payload(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":1}");
            assertThat(run.traceHeader()).isEqualTo(trace(1));
        });
        assertThat(sent).isEmpty();
    }

    @Test
    void triesAFailedEventAgainUnderTheSameRequestIdAndGivesItUp() throws Exception {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, null, TOPIC, QUEUE));
        function = (_, _) -> failed("no");

        accept("r-1", "{\"a\":1}");
        awaitRuns(1);
        awaitPostponed();
        skip(Duration.ofSeconds(59));
        skip(Duration.ofSeconds(2));
        awaitRuns(2);
        awaitPostponed();
        skip(Duration.ofSeconds(121));
        awaitRuns(3);

        var heard = List.of(take(sent), take(sent));
        assertThat(heard).anySatisfy(delivery -> {
            assertThat(delivery.target()).isEqualTo(TOPIC);
            assertThat(delivery.kind()).isEqualTo(DeliveryRecord.Kind.FAILURE);
            assertThat(text(delivery)).contains("\"RetriesExhausted\"", "\"approximateInvokeCount\":3", "no");
        });
        assertThat(heard).anySatisfy(delivery -> {
            assertThat(delivery.target()).isEqualTo(QUEUE);
            assertThat(text(delivery)).isEqualTo("{\"a\":1}");
            assertThat(delivery.deadLetter()).contains(new DeliveryRecord.DeadLetter("200", "no"));
        });
        assertThat(runs).allMatch(run -> run.requestId().equals("r-1")).allMatch(run -> run.traceHeader()
                .equals(trace(1)));
        awaitEmpty();
    }

    @Test
    void tellsADestinationOfASuccess() throws Exception {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, TOPIC, null, QUEUE));

        accept("r-1", "{}");

        assertThat(text(take(sent))).contains("\"condition\":\"Success\"", "\"responsePayload\":\"done\"");
        awaitEmpty();
        assertThat(sent).isEmpty();
    }

    @Test
    void invokesAFunctionThatIsADestination() {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, AUDIT.arn(), null, null));
        functions.put(AUDIT, config(Duration.ofHours(6), 2, null, null, null));

        accept("r-1", "{}");

        awaitRuns(2);
        assertThat(runs.get(1).invokedArn()).isEqualTo(AUDIT.arn());
        assertThat(runs.get(1).requestId()).isEqualTo("passed-on-1");
        assertThat(new String(runs.get(1).payload(), StandardCharsets.UTF_8)).contains("\"requestId\":\"r-1\"");
        awaitEmpty();
    }

    @Test
    void stopsAFunctionThatIsItsOwnDestination() throws Exception {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, Samples.MAIL.arn(), TOPIC, QUEUE));

        accept("r-1", "{}");

        var heard = List.of(take(sent), take(sent));
        assertThat(take(dropped)).isEqualTo("RecursiveInvocationException");
        awaitEmpty();
        assertThat(runs.stream().map(Invocation::traceHeader))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 16)
                        .mapToObj(EventQueueTest::trace)
                        .toList());
        assertThat(dropped).isEmpty();
        assertThat(stoppedRecursions).containsExactly(Samples.MAIL);
        assertThat(heard).allMatch(delivery -> delivery.traceHeader().equals(trace(17)));
        assertThat(heard).anySatisfy(delivery -> {
            assertThat(delivery.target()).isEqualTo(TOPIC);
            assertThat(text(delivery))
                    .contains("\"condition\":\"RecursiveInvocationException\",\"approximateInvokeCount\":0},")
                    .contains("\"requestPayload\":{\"version\":\"1.0\"");
        });
        assertThat(heard).anySatisfy(delivery -> {
            assertThat(delivery.target()).isEqualTo(QUEUE);
            assertThat(text(delivery)).startsWith("{\"version\":\"1.0\"").contains("\"requestId\":\"passed-on-15\"");
            assertThat(delivery.requestId()).isEqualTo("passed-on-16");
            assertThat(delivery.deadLetter()).contains(new DeliveryRecord.DeadLetter("400", RecursionGuard.REASON));
        });
    }

    @Test
    void runsOnInALoopThatIsAllowed() throws Exception {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 0, Samples.MAIL.arn(), null, null));
        allowsLoops = true;
        function = (_, _) -> runs.size() < 40 ? answered("1") : failed("enough");

        accept("r-1", "{}");

        awaitRuns(40);
        assertThat(take(dropped)).isEqualTo("RetriesExhausted");
        assertThat(stoppedRecursions).isEmpty();
    }

    /// Each would hear that the other was stopped, and be stopped itself.
    @Test
    void endsTheNewsOfALoopThatWouldGoAround() throws Exception {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, AUDIT.arn(), AUDIT.arn(), QUEUE));
        functions.put(AUDIT, config(Duration.ofHours(6), 2, Samples.MAIL.arn(), Samples.MAIL.arn(), null));

        accept("r-1", "{}");

        assertThat(take(sent).target()).isEqualTo(QUEUE);
        await(() -> stoppedRecursions.size() == 2);
        awaitEmpty();
        assertThat(runs).hasSize(32);
        assertThat(stoppedRecursions).containsExactly(Samples.MAIL, AUDIT);
        assertThat(undeliverable).containsExactly(AUDIT);
        assertThat(sent).isEmpty();
    }

    @Test
    void anotherFunctionHearsThatOneWasStopped() {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, Samples.MAIL.arn(), AUDIT.arn(), null));
        functions.put(AUDIT, config(Duration.ofHours(6), 2, null, null, null));

        accept("r-1", "{}");

        awaitRuns(17);
        awaitEmpty();
        assertThat(runs.getLast().invokedArn()).isEqualTo(AUDIT.arn());
        assertThat(new String(runs.getLast().payload(), StandardCharsets.UTF_8))
                .contains("\"condition\":\"RecursiveInvocationException\"");
        assertThat(runs.getLast().traceHeader())
                .isEqualTo(trace(17) + "|" + RecursionGuard.of(AUDIT).hash() + ":1");
    }

    /// A topic or a queue that hears of the stop may have the function invoked again, and so on without end.
    @Test
    void tellsNobodyASecondTimeThatAFunctionWasStopped() throws Exception {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, null, TOPIC, QUEUE));
        var accepted = new CompletableFuture<Void>();

        queue.accept(Samples.MAIL, "$LATEST", Samples.invocation("r-1", "{}").tracedBy(trace(17)), listener(accepted));
        accepted.join();

        assertThat(take(dropped)).isEqualTo("RecursiveInvocationException");
        awaitEmpty();
        assertThat(stoppedRecursions).containsExactly(Samples.MAIL);
        assertThat(runs).isEmpty();
        assertThat(sent).isEmpty();
    }

    private static String trace(int rounds) {
        return "Root=1-2-3;Lineage=" + RecursionGuard.of(Samples.MAIL).hash() + ":" + rounds;
    }

    @Test
    void givesUpEventsOfAStoppedFunctionAtOnce() throws Exception {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, null, TOPIC, null));
        stopped.add(Samples.MAIL);
        function = (_, _) ->
                new DispatchOutcome.Throttled(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);

        accept("r-1", "{}");

        assertThat(text(take(sent))).contains("ZeroReservedConcurrency", "\"approximateInvokeCount\":0");
        assertThat(take(dropped)).isEqualTo("ZeroReservedConcurrency");
    }

    @Test
    void triesAThrottledEventAgainUntilItIsTooOld() throws Exception {
        functions.put(Samples.MAIL, config(Duration.ofSeconds(60), 2, null, TOPIC, null));
        function = (_, _) -> new DispatchOutcome.Throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);

        accept("r-1", "{}");
        for (int wait = 1; wait <= 16; wait *= 2) {
            awaitRuns(Integer.numberOfTrailingZeros(wait) + 1);
            awaitPostponed();
            skip(Duration.ofSeconds(wait));
        }

        assertThat(text(take(sent))).contains("EventAgeExceeded", "\"approximateInvokeCount\":0");
        assertThat(runs).hasSize(6);
    }

    @Test
    void dropsEventsOfAFunctionThatIsGone() throws Exception {
        functions.clear();

        accept("r-1", "{}");

        assertThat(take(dropped)).isEqualTo("ResourceNotFound");
        awaitEmpty();
        assertThat(runs).isEmpty();
    }

    @Test
    void sendsAgainWhatADestinationDidNotTake() throws Exception {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, TOPIC, null, null));
        sendingFails.set(3);

        accept("r-1", "{}");

        for (int wait = 1; wait <= 4; wait *= 2) {
            int left = 3 - Integer.numberOfTrailingZeros(wait) - 1;
            await(() -> sendingFails.get() == left);
            skip(Duration.ofSeconds(wait));
        }
        assertThat(text(take(sent))).contains("Success");
        awaitEmpty();
        await(() -> queue.undelivered() == 0);
    }

    @Test
    void aBacklogOfOneFunctionDelaysNoOther() {
        functions.put(AUDIT, config(Duration.ofHours(6), 2, null, null, null));
        var held = new CompletableFuture<Void>();
        function = (version, _) -> {
            if (version.function().equals(Samples.MAIL)) {
                held.join();
            }
            return answered("1");
        };
        for (int i = 0; i < 1_000; i++) {
            accept("r-" + i, "{}");
        }

        queue.accept(AUDIT, "$LATEST", Samples.invocation("audit", "{}"), listener(new CompletableFuture<>()));

        await(() -> runs.stream().anyMatch(run -> run.requestId().equals("audit")));
        assertThat(queue.waiting()).isGreaterThan(900);
        held.complete(null);
        awaitEmpty();
        assertThat(runs.stream().map(Invocation::requestId).distinct()).hasSize(1_001);
        assertThat(runs).hasSize(1_001);
    }

    @Test
    void goesOnWithWhatItHadWhenItWasStopped() {
        function = (_, _) -> new DispatchOutcome.Unavailable(Reason.NO_CAPACITY);
        accept("r-1", "{}");
        awaitRuns(1);
        stop();
        function = (_, _) -> answered("1");

        start();
        skip(Duration.ofSeconds(2));

        awaitRuns(2);
        awaitEmpty();
    }

    @Test
    void waitsNoLongerThoughTheWallClockWasSetBackWhileItWasStopped() {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, null, TOPIC, null));
        function = (_, _) -> failed("no");
        accept("r-1", "{}");
        awaitRuns(1);
        stop();
        set = Duration.ofHours(5);
        start();
        awaitRuns(2);
        stop();
        set = Duration.ofHours(-5);

        start();

        skip(Duration.ofMinutes(5));
        awaitRuns(3);
        awaitEmpty();
    }

    @Test
    void leavesWhatWasNotRunBeforeTheServerStopped() {
        function = (_, _) -> new DispatchOutcome.Unavailable(Reason.CLOSED);
        accept("r-1", "{}");
        awaitRuns(1);

        stop();

        start();
        assertThat(queue.waiting()).isEqualTo(1);
        function = (_, _) -> answered("1");
        skip(Duration.ofSeconds(1));
        awaitEmpty();
    }

    @Test
    void goesOnAfterADefect() {
        function = (_, _) -> {
            throw new StackOverflowError("A test asked for it");
        };
        accept("r-1", "{}");
        awaitRuns(1);
        function = (_, _) -> answered("1");

        skip(Duration.ofSeconds(1));

        awaitRuns(2);
        awaitEmpty();
    }

    @Test
    void runsLargeEventsThatDoNotComeAllInOneTurn() {
        stop();
        try (var filling = DataFolderLock.take(folder);
                var full = EventStore.open(filling)) {
            for (int i = 0; i < 12; i++) {
                full.accept(EventRecord.accepted(
                                Samples.MAIL,
                                "$LATEST",
                                Samples.invocation("r-" + i, "\"" + "x".repeat(600_000) + "\""),
                                System.currentTimeMillis() - 1_000))
                        .join();
            }
        }

        start();

        awaitEmpty();
        assertThat(runs).hasSize(12);
    }

    @Test
    void spinsNeitherForMemoryNorOverDefects() {
        memory.hold(memory.total().count());
        for (int i = 0; i < 50; i++) {
            accept("r-" + i, "{}");
        }
        await(() -> queue.waiting() == 50);
        memory.giveBack(memory.total().count());
        function = (_, _) -> {
            throw new StackOverflowError("A test asked for it");
        };
        skip(Duration.ofSeconds(1));
        await(() -> runs.size() >= 5);
        int after = runs.size();
        // A second in which the queue has other things to do.
        for (int i = 0; i < 200; i++) {
            skip(Duration.ofMillis(1));
        }
        awaitOthers();

        assertThat(runs.size() - after).isLessThan(50);
        function = (_, _) -> answered("1");
        for (int i = 0; i < 40 && queue.waiting() > 0; i++) {
            skip(Duration.ofSeconds(30));
            awaitOthers();
        }
        awaitEmpty();
    }

    @Test
    void asksATargetThatIsAwayOnceForAll() {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, TOPIC, null, null));
        sendingFails.set(1_000);
        for (int i = 0; i < 100; i++) {
            accept("r-" + i, "{}");
        }
        awaitEmpty();
        await(() -> queue.undelivered() == 100 && sendingFails.get() < 1_000);
        for (int i = 0; i < 20; i++) {
            skip(Duration.ofMillis(5));
            awaitOthers();
        }

        // The first few at once, and then one after the other with pauses between.
        assertThat(1_000 - sendingFails.get()).isLessThan(60);
        sendingFails.set(0);
        for (int i = 0; i < 40 && queue.undelivered() > 0; i++) {
            skip(Duration.ofSeconds(31));
            awaitOthers();
        }
        await(() -> queue.undelivered() == 0);
        assertThat(sent).hasSize(100);
    }

    @Test
    void anEventOfAnAliasThatIsGoneIsADeadLetterOfItsFunction() throws Exception {
        functions.put(Samples.MAIL, config(Duration.ofHours(6), 2, null, TOPIC, QUEUE));
        var accepted = new CompletableFuture<Void>();

        queue.accept(Samples.MAIL, "gone", Samples.invocation("r-1", "{\"a\":1}"), listener(accepted));

        var letter = take(sent);
        assertThat(letter.target()).isEqualTo(QUEUE);
        assertThat(text(letter)).isEqualTo("{\"a\":1}");
        assertThat(letter.deadLetter())
                .contains(new DeliveryRecord.DeadLetter("404", "Function not found: " + Samples.MAIL.arn("gone")));
        awaitEmpty();
        assertThat(sent).isEmpty();
    }

    /// With nobody to ask, nothing is given up.
    @Test
    void waitsWhileFunctionsCannotBeRead() {
        areReadable = false;
        accept("r-1", "{}");
        for (int i = 0; i < 5; i++) {
            int before = reads.get();
            skip(Duration.ofHours(2));
            await(() -> reads.get() > before);
        }
        assertThat(dropped).doesNotContain("EventAgeExceeded");
        areReadable = true;

        for (int i = 0; i < 10; i++) {
            skip(Duration.ofMinutes(6));
            awaitOthers();
        }

        await(() -> dropped.contains("EventAgeExceeded"));
    }

    @Test
    void waitsForMemory() {
        long all = memory.total().count();
        memory.hold(all);
        accept("r-1", "{}");
        skip(Duration.ofMillis(100));
        skip(Duration.ofMillis(100));
        assertThat(runs).isEmpty();

        memory.giveBack(all);

        skip(Duration.ofMillis(100));
        awaitRuns(1);
        awaitEmpty();
    }

    @Test
    void refusesWhatItCannotKeep() {
        stop();
        var answer = new CompletableFuture<Void>();

        queue.accept(Samples.MAIL, "$LATEST", Samples.invocation("r", "{}"), listener(answer));

        assertThat(answer).isCompletedExceptionally();
        start();
    }

    private void start() {
        lock = DataFolderLock.take(folder);
        store = EventStore.open(lock);
        var meter = new InvocationMeter() {};
        var cache = new FunctionCache(FunctionCacheConfig.DEFAULT, this::find, threads, System::nanoTime, meter);
        var numbers = new AtomicInteger();
        queue = new EventQueue(
                new EventQueue.Setting(
                        EventsConfig.DEFAULT,
                        new EventQueue.Parts(
                                store,
                                new FunctionResolver(cache, new Random(1), System::nanoTime, meter),
                                (version, invocation, _, listener) ->
                                        threads.execute(() -> run(version, invocation, listener)),
                                stopped::contains,
                                (_, delivery) -> {
                                    if (sendingFails.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                                        throw new DeliveryException("A test asked for it", null);
                                    }
                                    sent.add(delivery);
                                },
                                memory,
                                threads,
                                (delay, action) -> CompletableFuture.delayedExecutor(
                                                delay.toNanos(), TimeUnit.NANOSECONDS, threads)
                                        .execute(action)),
                        () -> "passed-on-" + numbers.incrementAndGet(),
                        () -> InstantSource.system().instant().plus(set),
                        () -> System.nanoTime() + skipped.get()),
                new EventMeter() {
                    @Override
                    public void dropped(FunctionId id, String reason) {
                        dropped.add(reason);
                    }

                    @Override
                    public void recursionStopped(FunctionId id) {
                        stoppedRecursions.add(id);
                    }

                    @Override
                    public void undeliverable(FunctionId id, boolean deadLetter) {
                        undeliverable.add(id);
                    }
                });
        queue.begin();
    }

    private Optional<Routing> find(FunctionId id, String qualifier) {
        reads.incrementAndGet();
        if (!areReadable) {
            throw new IllegalStateException("A test asked for it");
        }
        return qualifier.equals("gone")
                ? Optional.empty()
                : Optional.ofNullable(functions.get(id))
                        .map(config -> Routing.to(Samples.version(id)).with(config))
                        .map(routing -> routing.with(routing.recursion().allowingLoops(allowsLoops)));
    }

    private void stop() {
        queue.close();
        store.close();
        lock.close();
    }

    private void run(FunctionVersion version, Invocation invocation, DispatchListener listener) {
        if (invocation.requestId().startsWith("other-")) {
            audits.add(invocation.requestId());
            listener.ended(answered("1"));
            return;
        }
        var now = function;
        runs.add(invocation);
        DispatchOutcome outcome;
        try {
            outcome = now.apply(version, invocation);
        } catch (StackOverflowError defect) {
            outcome = new DispatchOutcome.Unavailable(Reason.DEFECT);
        }
        listener.ended(outcome);
    }

    private void accept(String requestId, String payload) {
        var accepted = new CompletableFuture<Void>();
        queue.accept(Samples.MAIL, "$LATEST", Samples.invocation(requestId, payload), listener(accepted));
        accepted.join();
    }

    private static AsyncInvocations.Listener listener(CompletableFuture<Void> answer) {
        return new AsyncInvocations.Listener() {
            @Override
            public void accepted() {
                answer.complete(null);
            }

            @Override
            public void refused(Throwable cause) {
                answer.completeExceptionally(cause);
            }
        };
    }

    /// Lets the queue's clock go on at once, and has the queue see it.
    private void skip(Duration time) {
        skipped.addAndGet(time.toNanos());
        queue.accept(
                Samples.function("nobody"),
                "$LATEST",
                Samples.invocation("tick", "{}"),
                listener(new CompletableFuture<>()));
    }

    /// Waits until the queue has done what it was told before.
    private void awaitOthers() {
        var other = "other-" + others.incrementAndGet();
        functions.put(AUDIT, config(Duration.ofHours(6), 2, null, null, null));
        var before = function;
        queue.accept(AUDIT, "$LATEST", Samples.invocation(other, "{}"), listener(new CompletableFuture<>()));
        await(() -> audits.contains(other) || before != function);
    }

    private void awaitRuns(int count) {
        await(() -> runs.size() >= count);
        assertThat(runs.size()).isEqualTo(count);
    }

    /// Until an event of the function is to run later. A run is seen before it is known how it ended.
    private void awaitPostponed() {
        await(() -> {
            long now =
                    System.currentTimeMillis() + Duration.ofNanos(skipped.get()).toMillis();
            return store.nextDue(Samples.MAIL, now + 50).isPresent();
        });
    }

    private void awaitEmpty() {
        await(() -> queue.waiting() == 0);
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        var until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - until > 0) {
                fail("It did not happen");
            }
            Thread.onSpinWait();
        }
    }

    private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        var taken = queue.poll(20, TimeUnit.SECONDS);
        assertThat(taken).isNotNull();
        return taken;
    }

    private static String text(DeliveryRecord delivery) {
        return new String(delivery.body(), StandardCharsets.UTF_8);
    }

    private static DispatchOutcome answered(String json) {
        return new DispatchOutcome.Answered(Samples.bytes(json), "application/json", null);
    }

    private static DispatchOutcome failed(String message) {
        return new DispatchOutcome.FunctionError(
                Samples.bytes("{\"errorMessage\":\"" + message + "\"}"), "Unhandled", null);
    }

    private static EventInvokeConfig config(
            Duration age,
            int retries,
            @Nullable String onSuccess,
            @Nullable String onFailure,
            @Nullable String deadLetters) {
        return new EventInvokeConfig(
                age,
                retries,
                Optional.ofNullable(onSuccess),
                Optional.ofNullable(onFailure),
                Optional.ofNullable(deadLetters));
    }
}
