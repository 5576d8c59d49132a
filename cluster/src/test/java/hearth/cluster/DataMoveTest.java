package hearth.cluster;

import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.LayerId;
import hearth.model.TestPostgres;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.LayerVersionsListItem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class DataMoveTest {
    private static final LayerId TOOLS = new LayerId(Samples.ACCOUNT, Samples.REGION, "tools");

    @TempDir
    private Path folder;

    private final StoreUrl url = StoreUrl.parse(TestPostgres.running().newDatabase());
    private Path data;
    private final List<String> progress = new ArrayList<>();

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    @BeforeEach
    void fill() {
        data = folder.resolve("data");
        try (var store = Store.open(data);
                var events = EventStore.open(data)) {
            store.functions()
                    .create(Change.to(Samples.function("mail", store.functions().nextGeneration())));
            store.functions()
                    .update(
                            id("mail"),
                            before -> Change.publishing(before.withPublished(1, 1), Samples.version("mail", 1, 2)));
            store.functions().edit(id("mail"), edit -> {
                edit.put(AliasConfiguration.builder()
                        .name("live")
                        .functionVersion("1")
                        .build());
                edit.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 7);
                edit.put(Setting.POLICY, "live", "{\"x\":\"é\"}");
                return true;
            });
            store.layers()
                    .publish(
                            TOOLS,
                            version -> new LayerVersionRecord(
                                    version,
                                    LayerVersionsListItem.builder()
                                            .compatibleRuntimes(List.of("python3.12"))
                                            .build(),
                                    Samples.CODE,
                                    Samples.CODE,
                                    5,
                                    Optional.empty(),
                                    "revision",
                                    Optional.empty()));
            store.blobs().put("PK".getBytes(StandardCharsets.UTF_8)).close();
            events.accept(EventFileTest.EARLY).join();
        }
    }

    private void move() {
        try (var lock = DataFolderLock.take(data)) {
            DataMove.move(lock, url, progress::add);
        }
    }

    @Test
    void hasEverythingInTheDatabaseAfterwards() {
        FunctionRecord function;
        long number;
        try (var before = Store.open(data)) {
            function = before.functions().find(id("mail")).orElseThrow();
            number = before.functions().nextGeneration();
        }

        move();

        try (var after = open();
                var events = EventStore.open(url, new Random(1))) {
            assertThat(after.functions().find(id("mail"))).contains(function);
            assertThat(after.functions().resolve(id("mail"), "live"))
                    .hasValueSatisfying(
                            routing -> assertThat(routing.version().version()).isEqualTo("1"));
            assertThat(after.functions().takenConcurrency(Samples.ACCOUNT, Samples.REGION))
                    .isEqualTo(new TakenConcurrency(7, 0));
            Optional<String> policy = after.functions().read(id("mail"), view -> view.setting(Setting.POLICY, "live"));
            assertThat(policy).contains("{\"x\":\"é\"}");
            assertThat(after.layers()
                            .list(Samples.ACCOUNT, Samples.REGION, "", new LayerFilter("python3.12", null), 10)
                            .items())
                    .hasSize(1);
            assertThat(after.functions().nextGeneration()).isGreaterThan(number);
            assertThat(events.due(EventFileTest.EARLY.function(), 10, Set.of(), 10, 1 << 20))
                    .singleElement()
                    .satisfies(
                            event -> assertThat(event.invocation().requestId()).isEqualTo("early"));
        }
        assertThat(progress).contains("functions: 1 rows", "events: 1 rows");
    }

    @Test
    void leavesTheFolderAsItIs() {
        move();

        try (var store = Store.open(data)) {
            assertThat(store.functions().find(id("mail"))).isPresent();
        }
    }

    @Test
    void refusesADatabaseThatHasSomething() {
        move();

        assertThatThrownBy(this::move)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("not empty")
                .hasMessageContaining("--to");
    }

    @Test
    void refusesAFolderWithoutAStore() {
        data = folder.resolve("elsewhere");

        assertThatThrownBy(this::move)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("--from");
    }

    private Store open() {
        var lock = DataFolderLock.take(data);
        lock.close();
        return Store.openShared(lock, url, Duration.ofMinutes(10), new Random(1));
    }
}
