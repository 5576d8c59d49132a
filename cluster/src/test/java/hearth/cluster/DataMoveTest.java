package hearth.cluster;

import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.LayerId;
import hearth.model.TestPostgres;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.LayerVersionsListItem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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

    @Test
    void refusesADatabaseThatAServerUses() throws Exception {
        try (var database = PostgresDatabase.open(
                        url, Schema.POSTGRES_STORE, PostgresDatabase.Isolation.SERIALIZABLE, "writer", new Random(1));
                var _ = StoreLease.take(database, url, new Random(1), () -> {})) {
            assertThatThrownBy(this::move)
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("pid " + ProcessHandle.current().pid());
        }
    }

    /// With the same columns, so that a migration of one engine is not forgotten for the other.
    @Test
    void knowsEveryTableOfTheFolder() throws Exception {
        move();

        var known = new ArrayList<>(DataMove.TABLES);
        known.addAll(DataMove.TABLES_OF_EVENTS);
        try (var database = PostgresDatabase.connect(url);
                var store = EmbeddedDatabase.connect(data.resolve(Store.FILE));
                var events = EmbeddedDatabase.connect(data.resolve(EventStore.FILE))) {
            var there = new TreeMap<>(columns(store));
            there.putAll(columns(events));
            // It becomes an object of the database.
            there.remove("sequences");
            assertThat(there).containsOnlyKeys(known);
            for (var table : known) {
                assertThat(columns(database, table)).as(table).isEqualTo(there.get(table));
            }
        }
    }

    private static Map<String, Set<String>> columns(Connection embedded) throws SQLException {
        var found = new TreeMap<String, Set<String>>();
        try (var statement = embedded.createStatement();
                var rows = statement.executeQuery(
                        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")) {
            while (rows.next()) {
                found.put(rows.getString(1), Set.of());
            }
        }
        for (var table : Set.copyOf(found.keySet())) {
            found.put(table, columns(embedded, table));
        }
        return found;
    }

    private static Set<String> columns(Connection connection, String table) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT * FROM " + table)) {
            var names = new TreeSet<String>();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                names.add(rows.getMetaData().getColumnName(i));
            }
            return names;
        }
    }

    /// Nothing in the database refers to its packages, which would all be removed as unused.
    @Test
    void comesBeforeAServerThatUsesTheDatabaseWithThisFolder() {
        assertThatThrownBy(this::open)
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("hearth migrate --from " + data);

        move();

        open().close();
    }

    /// It knows nothing of packages that came since.
    @Test
    void leavesNobodyTheStoreOfTheFolderOnceTheDatabaseWasUsed() throws Exception {
        move();
        open().close();

        assertThatThrownBy(() -> Store.open(data))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("--store")
                .hasMessageContaining(url.database());

        Files.delete(data.resolve(StoreNote.FILE));
        Store.open(data).close();
    }

    private Store open() {
        var lock = DataFolderLock.take(data);
        lock.close();
        return Store.openShared(lock, url, Duration.ofMinutes(10), new Random(1));
    }
}
