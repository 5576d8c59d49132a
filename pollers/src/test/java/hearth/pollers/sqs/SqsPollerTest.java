package hearth.pollers.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.MappingRecord;
import hearth.cluster.Store;
import hearth.events.aws.AwsClients;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.TraceHeaders;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.EventSourceMappingId;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.Routing;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.Filter;
import hearth.model.api.FilterCriteria;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.Invocation;
import hearth.pollers.BatchInvoker;
import hearth.pollers.BatchOutcome;
import hearth.pollers.PolledMapping;
import hearth.pollers.PollerMeter;
import hearth.pollers.Pollers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqsPollerTest {
    private static final FunctionId MAIL =
            new FunctionId(new AccountId("123456789012"), new Region("us-east-1"), "mail");

    @TempDir
    private Path data;

    private Store store;
    private FakeSqs sqs;
    private AwsClients clients;
    private Optional<Pollers> pollers = Optional.empty();
    private final MemoryBudget memory = new MemoryBudget(Bytes.mebibytes(64));
    private final BlockingQueue<Running> invoked = new LinkedBlockingQueue<>();

    /// All that were, of which the test may leave some running.
    private final List<Running> all = new CopyOnWriteArrayList<>();

    private record Running(Invocation invocation, DispatchListener listener) {
        String event() {
            return new String(invocation.payload(), StandardCharsets.UTF_8);
        }

        void succeed() {
            listener.ended(
                    new DispatchOutcome.Answered("null".getBytes(StandardCharsets.UTF_8), "application/json", null));
        }

        void fail() {
            listener.ended(new DispatchOutcome.FunctionError(new byte[0], "Unhandled", null));
        }

        void throttle() {
            listener.ended(new DispatchOutcome.Throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        }
    }

    @BeforeEach
    void open() throws IOException {
        store = Store.open(data);
        sqs = new FakeSqs();
        clients = new AwsClients(
                ServiceEndpoints.NONE.with(List.of("sqs=" + sqs.url())), Map.of(), Duration.ofSeconds(30));
    }

    @AfterEach
    void close() {
        all.forEach(Running::fail);
        pollers.ifPresent(Pollers::close);
        clients.close();
        sqs.close();
        store.close();
    }

    private BatchInvoker invoker(MemoryBudget budget) {
        var cache = new FunctionCache(
                FunctionCacheConfig.DEFAULT,
                (id, _) -> Optional.of(Routing.to(version(id))),
                Executors.newVirtualThreadPerTaskExecutor(),
                System::nanoTime,
                InvocationMeter.NONE);
        var random = new Random(1);
        var ids = new AtomicInteger();
        return new BatchInvoker(
                new FunctionResolver(cache, random, System::nanoTime, InvocationMeter.NONE),
                (_, invocation, _, listener) -> {
                    var running = new Running(invocation, listener);
                    all.add(running);
                    invoked.add(running);
                },
                () -> "request-" + ids.incrementAndGet(),
                new TraceHeaders(random, InstantSource.system()),
                InstantSource.system(),
                budget);
    }

    private void poll(String queue, Consumer<EventSourceMappingConfiguration.Builder> settings) {
        var id = new EventSourceMappingId(MAIL.account(), MAIL.region(), "uuid");
        var configuration = EventSourceMappingConfiguration.builder()
                .uuid(id.uuid())
                .functionArn(MAIL.arn())
                .eventSourceArn("arn:aws:sqs:us-east-1:123456789012:" + queue)
                .state("Enabled");
        settings.accept(configuration);
        store.mappings().create(new MappingRecord(id, configuration.build(), true, Map.of()), (_, _) -> {});
        var made = new Pollers(
                store.mappings(),
                () -> true,
                new SqsSource(clients, invoker(memory), PollerMeter.NONE),
                PollerMeter.NONE,
                Duration.ofSeconds(20));
        pollers = Optional.of(made);
        made.begin();
    }

    private static FunctionVersion version(FunctionId id) {
        return new FunctionVersion(
                id,
                "$LATEST",
                1,
                FunctionState.ACTIVE,
                "python3.12",
                "app.handler",
                new CodeDigest("00".repeat(32)),
                List.of(),
                Bytes.mebibytes(128),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                Map.of(),
                "arn:aws:iam::123456789012:role/r",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/" + id.name(),
                "INFO",
                "INFO",
                Optional.empty());
    }

    private Running next() throws InterruptedException {
        var next = invoked.poll(20, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(20);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void runsTheRestOfAnOrderedPollAfterItsFirstBatch() throws Exception {
        var large = "x".repeat(4 << 20);
        sqs.polls.add(List.of(FakeSqs.message("first", large), FakeSqs.message("second", large)));

        poll("q.fifo", _ -> {});

        var first = next();
        assertThat(first.event()).contains("\"first\"").doesNotContain("\"second\"");
        assertThat(invoked.poll(500, TimeUnit.MILLISECONDS)).isNull();
        first.succeed();
        assertThat(next().event()).contains("\"second\"");
        assertThat(sqs.of("ChangeMessageVisibilityBatch")).isEmpty();
    }

    @Test
    void givesTheRestOfAnOrderedPollBackWhenItsFirstBatchFails() throws Exception {
        var large = "x".repeat(4 << 20);
        sqs.polls.add(List.of(FakeSqs.message("first", large), FakeSqs.message("second", large)));

        poll("q.fifo", _ -> {});
        next().fail();

        await(() -> !sqs.of("ChangeMessageVisibilityBatch").isEmpty());
        assertThat(sqs.of("ChangeMessageVisibilityBatch").getFirst())
                .contains("handle-second")
                .doesNotContain("handle-first");
        assertThat(invoked).isEmpty();
    }

    @Test
    void runsTheNeighboursOfAMessageThatHasNoBody() throws Exception {
        sqs.polls.add(List.of("{\"MessageId\":\"half\",\"ReceiptHandle\":\"h\"}", FakeSqs.message("whole", "text")));

        poll("q", _ -> {});

        assertThat(next().event()).contains("\"whole\"").doesNotContain("\"half\"");
    }

    @Test
    void takesNothingMoreWhileItCannotDeleteWhatIsUnwanted() throws Exception {
        sqs.failing.add("DeleteMessageBatch");
        for (int i = 0; i < 100; i++) {
            sqs.polls.add(FakeSqs.messages(10, "other"));
        }

        poll(
                "q",
                settings -> settings.filterCriteria(FilterCriteria.builder()
                        .filters(List.of(Filter.builder()
                                .pattern("{\"body\":[\"wanted\"]}")
                                .build()))
                        .build()));
        await(() -> sqs.of("DeleteMessageBatch").size() >= 5);
        int polls = sqs.of("ReceiveMessage").size();
        sqs.failing.clear();
        await(sqs.polls::isEmpty);

        assertThat(polls).isLessThanOrEqualTo(5);
    }

    @Test
    void takesNoMoreOutThanThereIsMemoryFor() throws Exception {
        var body = "x".repeat(1 << 20);
        for (int i = 0; i < 30; i++) {
            sqs.polls.add(FakeSqs.messages(5, body));
        }

        poll("q", settings -> settings.batchSize(5));
        await(() -> invoked.size() >= 3);
        await(() -> !memory.hasRoomFor(4 << 20));
        int left = sqs.polls.size();
        // Longer than five more batches may run for.
        Thread.sleep(3000);

        assertThat(left).isGreaterThan(18);
        assertThat(sqs.polls).hasSizeGreaterThan(15);
        for (int i = 0; i < 30; i++) {
            all.get(i).succeed();
            int more = i + 1;
            await(() -> more == 30 || all.size() > more);
        }
        await(() -> memory.left() == memory.total().count());
    }

    /// Streams and topics wait for the memory of what they have run.
    @Test
    void runsWhatIsLargerThanAllMemoryThatPollersHave() throws Exception {
        var little = new MemoryBudget(Bytes.mebibytes(1));
        var mapping = new PolledMapping(
                new EventSourceMappingId(MAIL.account(), MAIL.region(), "large"),
                MAIL,
                FunctionId.LATEST,
                EventSourceMappingConfiguration.builder()
                        .functionArn(MAIL.arn())
                        .build());

        var ran = CompletableFuture.supplyAsync(() -> {
            try {
                return invoker(little).invoke(mapping, version(MAIL), new byte[2 << 20], "Root=1");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        next().succeed();

        assertThat(ran.get(20, TimeUnit.SECONDS)).isInstanceOf(BatchOutcome.Succeeded.class);
        assertThat(little.left()).isEqualTo(little.total().count());
    }

    @Test
    void givesBackAtOnceWhatWaitsForAThrottledFunctionWhenItIsClosed() throws Exception {
        sqs.polls.add(FakeSqs.messages(1, "patient"));

        poll("q", _ -> {});
        for (int i = 0; i < 6; i++) {
            next().throttle();
        }
        // Into the pause of more than three seconds before the next try.
        Thread.sleep(500);
        long began = System.nanoTime();
        pollers.orElseThrow().close();

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
        assertThat(sqs.of("ChangeMessageVisibilityBatch")).hasSize(1);
        assertThat(memory.left()).isEqualTo(memory.total().count());
    }
}
