package hearth.pollers;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.MappingRecord;
import hearth.cluster.Store;
import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.Region;
import hearth.model.api.EventSourceMappingConfiguration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PollersTest {
    @TempDir
    private Path data;

    private Store store;
    private Optional<Pollers> pollers = Optional.empty();

    /// Of the mappings whose pollers began, and of those whose pollers ended, the latter after a minus.
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @BeforeEach
    void open() {
        store = Store.open(data);
    }

    @AfterEach
    void close() {
        pollers.ifPresent(Pollers::close);
        store.close();
    }

    private void begin(BooleanSupplier worksHere, Pollers.Sources sources) {
        var made = new Pollers(
                store.mappings(), worksHere, Ownership.SOLE, sources, PollerMeter.NONE, Duration.ofSeconds(5));
        pollers = Optional.of(made);
        made.begin();
    }

    private Poller poller(PolledMapping mapping, Status status) {
        return new Told(mapping.id().uuid(), told);
    }

    private record Told(String name, BlockingQueue<String> told) implements Poller {
        @Override
        public void begin() {
            told.add(name);
        }

        @Override
        public void close(boolean now) {
            told.add("-" + name);
        }

        @Override
        public boolean mayOverlap() {
            return true;
        }
    }

    private void create(String uuid, String function) {
        store.mappings().create(mapping(uuid, function), (_, _) -> {});
    }

    static MappingRecord mapping(String uuid, String function) {
        var id = new EventSourceMappingId(new AccountId("123456789012"), new Region("eu-north-1"), uuid);
        var configuration = EventSourceMappingConfiguration.builder()
                .uuid(uuid)
                .functionArn(function)
                .eventSourceArn("arn:aws:sqs:eu-north-1:123456789012:queue")
                .state("Enabled")
                .build();
        return new MappingRecord(id, configuration, true, Map.of());
    }

    static String arn(String function) {
        return "arn:aws:lambda:eu-north-1:123456789012:function:" + function;
    }

    private String next() throws InterruptedException {
        return String.valueOf(told.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void pollsAllOthersWhereAMappingCannotBe() throws Exception {
        create("a", "no-arn");
        create("b", arn("greet"));
        create("c", arn("refused"));
        create("d", arn("greet"));

        begin(() -> true, (mapping, status) -> {
            if (mapping.function().name().equals("refused")) {
                throw new IllegalArgumentException("as in the test");
            }
            return poller(mapping, status);
        });

        assertThat(next()).isEqualTo("b");
        assertThat(next()).isEqualTo("d");
        create("e", arn("greet"));
        assertThat(next()).isEqualTo("e");
    }

    @Test
    void goesOnWhenNobodyKnowsWhoIsToPoll() throws Exception {
        var asked = new AtomicInteger();
        create("a", arn("greet"));

        begin(
                () -> {
                    if (asked.incrementAndGet() == 1) {
                        throw new IllegalStateException("as in the test");
                    }
                    return true;
                },
                this::poller);

        assertThat(next()).isEqualTo("a");
    }

    @Test
    void beginsNothingOnceItIsClosed() throws Exception {
        create("a", arn("greet"));
        var made = new Pollers(
                store.mappings(), () -> true, Ownership.SOLE, this::poller, PollerMeter.NONE, Duration.ofSeconds(5));

        made.close();
        made.begin();

        assertThat(told.poll(300, TimeUnit.MILLISECONDS)).isNull();
        made.close();
    }
}
