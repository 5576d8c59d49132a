package hearth.pollers.streams;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.MappingRecord;
import hearth.cluster.Store;
import hearth.events.aws.AwsClients;
import hearth.events.aws.BatchDestinations;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.EventSourceMappingId;
import hearth.model.Region;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.filter.RecordSource;
import hearth.model.memory.MemoryBudget;
import hearth.pollers.FakeFunctions;
import hearth.pollers.Ownership;
import hearth.pollers.PollerMeter;
import hearth.pollers.Pollers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamMemoryTest {
    private static final int SHARDS = 8;
    private static final int RECORD = 1 << 20;

    @TempDir
    private Path data;

    private final MemoryBudget memory = new MemoryBudget(Bytes.mebibytes(16));
    private final FakeFunctions functions = new FakeFunctions();
    private final AtomicInteger read = new AtomicInteger();

    /// Shards that have records of a megabyte without end.
    private final class Endless implements Stream {
        @Override
        public RecordSource kind() {
            return RecordSource.KINESIS;
        }

        @Override
        public List<Shard> shards() {
            return IntStream.range(0, SHARDS)
                    .mapToObj(number -> new Shard("shard-" + number, List.of(), "", true))
                    .toList();
        }

        @Override
        public Optional<String> iterator(String shard, Position position) {
            return Optional.of("1");
        }

        @Override
        public Reading read(String shard, String iterator, int most) {
            int number = Integer.parseInt(iterator);
            read.incrementAndGet();
            return new Reading.Records(
                    List.of(new TestRecord(iterator, "key", Instant.now(), RECORD)),
                    Optional.of(Integer.toString(number + 1)));
        }

        @Override
        public int most() {
            return 10;
        }

        @Override
        public boolean findsTimes() {
            return true;
        }

        @Override
        public Duration gap() {
            return Duration.ofMillis(1);
        }

        @Override
        public Duration rest() {
            return Duration.ofMillis(100);
        }

        @Override
        public String batchInfo() {
            return "KinesisBatchInfo";
        }
    }

    private void answerAll() {
        try {
            while (true) {
                functions.invoked().take().succeed();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void readsNoMoreThanThereIsMemoryForAndRunsWhatThereIs() throws Exception {
        var id = new EventSourceMappingId(new AccountId("123456789012"), new Region("us-east-1"), "a");
        var settings = EventSourceMappingConfiguration.builder()
                .uuid("a")
                .functionArn("arn:aws:lambda:us-east-1:123456789012:function:mail")
                .eventSourceArn("arn:aws:kinesis:us-east-1:123456789012:stream/s")
                .startingPosition("TRIM_HORIZON")
                .batchSize(10)
                .maximumBatchingWindowInSeconds(300)
                .state("Enabled")
                .build();
        try (var store = Store.open(data);
                var clients = new AwsClients(ServiceEndpoints.NONE, Map.of(), Duration.ofSeconds(1))) {
            store.mappings().create(new MappingRecord(id, settings, true, Map.of()), (_, _) -> {});
            var services = new StreamServices(
                    functions.invoker(memory),
                    store.checkpoints(),
                    Ownership.SOLE,
                    new BatchDestinations(clients, "us-east-1"),
                    PollerMeter.NONE,
                    InstantSource.system(),
                    new Pace());
            var pollers = new Pollers(
                    store.mappings(),
                    () -> true,
                    Ownership.SOLE,
                    (mapping, status) -> new StreamPoller(mapping, new Endless(), services, status),
                    PollerMeter.NONE,
                    Duration.ofSeconds(5));
            pollers.begin();
            try {
                // Nothing is due for five minutes, but for lack of memory.
                int done = 0;
                for (int i = 0; i < 3 * SHARDS; i++) {
                    var running = functions.invoked().poll(20, TimeUnit.SECONDS);
                    assertThat(running).as("invocation %d", i).isNotNull();
                    // A record takes twice its size, and each reader may be at one of which it did not know.
                    assertThat(read.get() - done).isLessThanOrEqualTo(16 / 2 + SHARDS);
                    done += running.event().split("\"n\":", -1).length - 1;
                    running.succeed();
                }
            } finally {
                var answering = Thread.ofVirtual().start(this::answerAll);
                pollers.close();
                answering.interrupt();
            }
            assertThat(memory.left()).isEqualTo(memory.total().count());
        }
    }
}
