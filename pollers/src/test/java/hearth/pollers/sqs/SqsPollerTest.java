package hearth.pollers.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.MappingRecord;
import hearth.cluster.Store;
import hearth.events.aws.AwsClients;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.EventSourceMappingId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.api.Filter;
import hearth.model.api.FilterCriteria;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.memory.MemoryBudget;
import hearth.pollers.FakeFunctions;
import hearth.pollers.FakeFunctions.Running;
import hearth.pollers.Ownership;
import hearth.pollers.PollerMeter;
import hearth.pollers.Pollers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
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
    private final FakeFunctions functions = new FakeFunctions();
    private final BlockingQueue<Running> invoked = functions.invoked();

    /// All that were, of which the test may leave some running.
    private final List<Running> all = functions.all();

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
                Ownership.SOLE,
                new SqsSource(clients, functions.invoker(memory), PollerMeter.NONE),
                PollerMeter.NONE,
                Duration.ofSeconds(20));
        pollers = Optional.of(made);
        made.begin();
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
