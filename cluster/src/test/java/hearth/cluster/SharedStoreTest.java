package hearth.cluster;

import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.TestPostgres;
import hearth.model.api.AliasConfiguration;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// Two servers on one database.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class SharedStoreTest {
    @TempDir
    private Path folder;

    private final StoreUrl url = StoreUrl.parse(TestPostgres.running().newDatabase());
    private Store here;
    private Store there;

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    @BeforeEach
    void open() {
        here = open("here");
        there = open("there");
    }

    private Store open(String name) {
        return open(name, url);
    }

    private Store open(String name, StoreUrl url) {
        var lock = DataFolderLock.take(folder.resolve(name));
        lock.close();
        return Store.openShared(lock, url, Duration.ofMinutes(10), new Random(name.hashCode()));
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
    }

    @Test
    void showEachOtherWhatTheyKeep() {
        here.functions().create(Change.to(Samples.function("mail", 1)));

        assertThat(there.functions().find(id("mail")))
                .isEqualTo(here.functions().find(id("mail")));
    }

    @Test
    void tellEachOtherOfChangesWithinAQuarterOfASecond() {
        Map<FunctionId, Long> heard = new ConcurrentHashMap<>();
        there.functions().onChange(function -> heard.put(function, System.nanoTime()));

        var delays = new ArrayList<Duration>();
        for (int i = 0; i < 20; i++) {
            var function = id("f" + i);
            here.functions().create(Change.to(Samples.function(function.name(), i + 1)));
            long answered = System.nanoTime();
            Await.until(() -> heard.containsKey(function));
            delays.add(Duration.ofNanos(heard.getOrDefault(function, Long.MAX_VALUE) - answered));
        }

        // The half of them, so that a machine at its limits fails nothing.
        delays.sort(null);
        assertThat(delays.get(delays.size() / 2)).isLessThan(Duration.ofMillis(250));
    }

    @Test
    void tellWhichSettingsChanged() {
        here.functions().create(Change.to(Samples.function("mail", 1)));
        Set<FunctionId> heard = ConcurrentHashMap.newKeySet();
        there.functions().onChange(Setting.RESERVED_CONCURRENCY, heard::add);

        here.functions().edit(id("mail"), edit -> {
            edit.put(Setting.POLICY, Setting.WHOLE, "{}");
            return true;
        });
        here.functions().create(Change.to(Samples.function("other", 1)));
        here.functions().edit(id("other"), edit -> {
            edit.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 1);
            return true;
        });

        Await.until(() -> !heard.isEmpty());
        assertThat(heard).containsExactly(id("other"));
    }

    @Test
    void tellOfADeletion() {
        here.functions().create(Change.to(Samples.function("mail", 1)));
        var memory = new FunctionMemory<Boolean>(there.functions());
        assertThat(remembers(memory)).isTrue();

        here.functions().delete(id("mail"));

        Await.until(() -> !remembers(memory));
    }

    private boolean remembers(FunctionMemory<Boolean> memory) {
        return memory.get(
                id("mail"), "there", () -> there.functions().find(id("mail")).isPresent());
    }

    @Test
    void tellAgainWhoCouldNotTakeItIn() {
        toldTwiceInVain(there);
    }

    @Test
    void tellAgainOfTheirOwnChanges() {
        toldTwiceInVain(here);
    }

    private void toldTwiceInVain(Store listening) {
        var failures = new AtomicInteger();
        var heard = new AtomicBoolean();
        listening.functions().onChange(_ -> {
            if (failures.incrementAndGet() <= 2) {
                throw new IllegalStateException("not now");
            }
            heard.set(true);
        });

        here.functions().create(Change.to(Samples.function("mail", 1)));

        Await.until(heard::get);
    }

    /// Each adds an alias and counts it, so that a lost update would leave fewer than were made.
    @Test
    void loseNoUpdateToEachOther() throws Exception {
        here.functions().create(Change.to(Samples.function("mail", 1)));
        var made = new ArrayList<Future<?>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 60; i++) {
                var store = i % 2 == 0 ? here : there;
                made.add(threads.submit(() -> store.functions().edit(id("mail"), edit -> {
                    var number = edit.aliases().size();
                    edit.put(AliasConfiguration.builder()
                            .name("a" + number)
                            .functionVersion("$LATEST")
                            .build());
                    return number;
                })));
            }
            for (var one : made) {
                one.get();
            }
        }

        List<AliasConfiguration> kept = here.functions().read(id("mail"), view -> view.aliases());
        assertThat(kept).hasSize(60);
    }

    @Test
    void createAFunctionOnce() throws Exception {
        for (int round = 0; round < 10; round++) {
            var name = "f" + round;
            var created = new ArrayList<Future<Boolean>>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var store : List.of(here, there, here, there)) {
                    created.add(threads.submit(() -> store.functions().create(Change.to(Samples.function(name, 1)))));
                }
            }
            int times = 0;
            for (var one : created) {
                times += one.get() ? 1 : 0;
            }
            assertThat(times).as(name).isEqualTo(1);
        }
    }

    /// What is checked of one function against what all have taken.
    @Test
    void neverReserveMoreThanThereIs() throws Exception {
        for (int i = 0; i < 8; i++) {
            here.functions().create(Change.to(Samples.function("f" + i, i + 1)));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                var store = i % 2 == 0 ? here : there;
                var function = id("f" + i);
                threads.execute(() -> store.functions().edit(function, edit -> {
                    boolean room = edit.takenOfAccount().reserved() + 30 <= 100;
                    if (room) {
                        edit.put(Setting.RESERVED_CONCURRENCY, Setting.WHOLE, 30);
                    }
                    return room;
                }));
            }
        }

        assertThat(here.functions()
                        .takenConcurrency(Samples.ACCOUNT, Samples.REGION)
                        .reserved())
                .isEqualTo(90);
    }

    @Test
    void giveOutEachNumberOnceAndLaterOnesHigher() {
        long last = 0;
        for (int i = 0; i < 20; i++) {
            long next = (i % 3 == 0 ? here : there).functions().nextGeneration();
            assertThat(next).isGreaterThan(last);
            last = next;
        }
    }

    /// As a replica does that took over before the last numbers had reached it.
    @Test
    void giveOutNoNumberAgainThatTheDatabaseHasForgotten() throws Exception {
        long before = 0;
        for (int i = 0; i < 5; i++) {
            before = here.functions().nextGeneration();
        }
        execute("SELECT setval('generation_numbers', 1)");

        assertThat(here.functions().nextGeneration()).isGreaterThan(before);
    }

    private void execute(String statement) throws SQLException {
        try (var connection = PostgresDatabase.connect(url);
                var executed = connection.createStatement()) {
            executed.execute(statement);
        }
    }

    @Test
    void hearOfTheirOwnChangeOfWhichNobodyKnowsWhetherItWasCommitted() throws Exception {
        here.functions().create(Change.to(Samples.function("mail", 1)));
        try (var proxy = LossyProxy.before(url);
                var store = open("proxied", proxy.url(url))) {
            var memory = new FunctionMemory<Boolean>(store.functions());
            Supplier<Boolean> remembered = () -> memory.get(id("mail"), "there", () -> store.functions()
                    .find(id("mail"))
                    .isPresent());
            assertThat(remembered.get()).isTrue();

            proxy.cutAtCommit();
            assertThatThrownBy(() -> store.functions().delete(id("mail"))).hasMessageContaining("made or not");

            assertThat(here.functions().find(id("mail"))).isEmpty();
            Await.until(() -> !remembered.get());
        }
    }

    /// As behind a pooler, which has each transaction made by any of its sessions.
    @Test
    void isolateEachTransactionWhateverTheSessionHadBefore() throws Exception {
        try (var database = database()) {
            database.write(session ->
                    session.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED"));

            String level = database.write(session -> {
                try (var rows = session.prepare("SHOW transaction_isolation").executeQuery()) {
                    rows.next();
                    return rows.getString(1);
                }
            });

            assertThat(level).isEqualTo("serializable");
        }
    }

    /// As those to a primary that has become a replica.
    @Test
    void partWithConnectionsThatTakeNoWritesAnyMore() throws Exception {
        try (var database = database()) {
            database.write(session -> session.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"));

            database.write(session -> session.execute("CREATE TABLE written (id INTEGER)"));
        }
    }

    @Test
    void useThePrimaryOnly() throws Exception {
        var replica = StoreUrl.parse(TestPostgres.running().newDatabase());
        try (var connection = PostgresDatabase.connect(replica);
                var statement = connection.createStatement()) {
            statement.execute("ALTER DATABASE " + replica.database() + " SET default_transaction_read_only = on");
        }

        assertThatThrownBy(() -> PostgresDatabase.connect(replica)).hasMessageContaining("primary");
    }

    @Test
    void followADatabaseThatLacksTheLastTransactions() throws Exception {
        execute("CREATE SCHEMA ahead");
        execute("CREATE FUNCTION ahead.pg_snapshot_xmin(pg_snapshot) RETURNS xid8 LANGUAGE sql"
                + " AS 'SELECT CAST(''4000000000'' AS xid8)'");
        var ahead = new StoreUrl(
                url.hosts(), url.database(), url.user(), url.password(), "currentSchema=ahead,pg_catalog,public");
        var addresses = new ArrayDeque<>(List.of(ahead));
        Set<FunctionId> heard = ConcurrentHashMap.newKeySet();
        try (var feed = new ChangeFeed(
                () -> PostgresDatabase.connect(addresses.isEmpty() ? url : addresses.pop()),
                "itself",
                (function, _) -> heard.add(function),
                _ -> {})) {
            feed.begin();

            here.functions().create(Change.to(Samples.function("mail", 1)));

            Await.until(() -> heard.contains(id("mail")));
        }
    }

    @Test
    void closeWhileAListenerFails() {
        var closer = Thread.ofPlatform().unstarted(() -> here.close());
        var first = new AtomicBoolean(true);
        here.functions().onChange(_ -> {
            if (first.getAndSet(false)) {
                there.functions().create(Change.to(Samples.function("other", 2)));
                Await.until(SharedStoreTest::isAFeedKeptWaiting);
                closer.start();
                Await.until(() -> closer.getState() == Thread.State.TIMED_WAITING);
                throw new IllegalStateException("not now");
            }
        });

        here.functions().create(Change.to(Samples.function("mail", 1)));

        Await.until(() -> closer.getState() == Thread.State.TERMINATED);
    }

    private static boolean isAFeedKeptWaiting() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread ->
                        thread.getName().equals("store-changes") && thread.getState() == Thread.State.BLOCKED);
    }

    @Test
    void refuseASecondServerAndSayWhoIsThere() throws Exception {
        try (var first = database();
                var second = database()) {
            try (var _ = StoreLease.take(first, url, new Random(1), () -> {})) {
                assertThatThrownBy(() -> StoreLease.take(second, url, new SoleUse("second"), () -> {}, Duration.ZERO))
                        .isInstanceOf(StoreUnavailableException.class)
                        .hasMessageContaining("pid " + ProcessHandle.current().pid())
                        .hasMessageContaining("--store");
            }
            StoreLease.take(second, url, new SoleUse("second"), () -> {}, Duration.ZERO)
                    .close();
        }
    }

    private Database database() throws Exception {
        return PostgresDatabase.open(
                url, Schema.POSTGRES_STORE, PostgresDatabase.Isolation.SERIALIZABLE, "writer", new Random(1));
    }

    @Test
    void refuseADatabaseOfANewerHearth() throws Exception {
        try (var connection = PostgresDatabase.connect(url);
                var statement = connection.createStatement()) {
            statement.execute("UPDATE schema_versions SET version = 99, usable_since = 98");
        }

        assertThatThrownBy(() -> open("newer"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("newer Hearth")
                .hasMessageContaining("schema 99, which programs of schema 98 and newer can use");
    }

    /// What one of the next release does to the tables, as far as those of this one may know it.
    private void bringToTheNextRelease(String migration) throws Exception {
        var migrations = new ArrayList<>(Schema.POSTGRES_STORE.migrations());
        migrations.add(migration);
        try (var connection = PostgresDatabase.connect(url)) {
            new Schema("store", "migrations-of-the-next-release", migrations)
                    .bringUpToDate(PostgresSchemaTarget.lock(connection, "store"));
            connection.commit();
        }
    }

    @Test
    void goOnAndStartAnewWhileOneOfTheNextReleaseIsThereThatSaysTheyMay() throws Exception {
        here.functions().create(Change.to(Samples.function("mail", 1)));

        bringToTheNextRelease("V7__usable.sql");

        here.functions().create(Change.to(Samples.function("search", 2)));
        assertThat(there.functions().find(id("search"))).isPresent();
        try (var anew = open("anew")) {
            assertThat(anew.functions().find(id("mail"))).isPresent();
            anew.functions().create(Change.to(Samples.function("orders", 3)));
        }
        assertThat(here.functions().find(id("orders"))).isPresent();
    }

    @Test
    void areRefusedWhereOneOfTheNextReleaseDoesNotSayThatTheyMay() throws Exception {
        bringToTheNextRelease("V7__not_usable.sql");

        assertThatThrownBy(() -> open("anew"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("schema 7, which programs of schema 7 and newer can use; this one knows 6");
    }

    /// The table as the release before made it, which the first program of this one finds.
    @Test
    void bringUpToDateADatabaseOfTheReleaseBefore() throws Exception {
        try (var connection = PostgresDatabase.connect(url);
                var statement = connection.createStatement()) {
            statement.execute(
                    "DROP TABLE source_leases, source_pollers, stream_checkpoints, stream_claims, member_protocols");
            statement.execute("ALTER TABLE schema_versions DROP COLUMN usable_since");
            statement.execute("UPDATE schema_versions SET version = 3 WHERE part = 'store'");
        }

        open("anew").close();

        try (var connection = PostgresDatabase.connect(url);
                var statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT version, usable_since FROM schema_versions WHERE part = 'store'")) {
            assertThat(rows.next()).isTrue();
            assertThat(List.of(rows.getInt(1), rows.getInt(2))).containsExactly(6, 6);
        }
    }

    @Test
    void makeTheTablesOnceWhereTheyStartTogether() throws Exception {
        var empty = StoreUrl.parse(TestPostgres.running().newDatabase());
        var opened = new ArrayList<Future<Store>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                var lock = DataFolderLock.take(folder.resolve("together" + i));
                lock.close();
                opened.add(threads.submit(() -> Store.openShared(lock, empty, Duration.ofMinutes(1), new Random(1))));
            }
        }
        for (var one : opened) {
            one.get().close();
        }
    }

    @Test
    void takeTextsThatDatabasesMind() {
        var odd = Samples.configuration("odd", FunctionId.LATEST).toBuilder()
                .description("nul \0, half a pair \ud83d, whole \ud83d\ude00, back\\slash")
                .build();
        var latest = new VersionRecord(odd, new CodeDigest(Samples.CODE.hex()), 1, Samples.SOURCE, List.of());
        here.functions().create(Change.to(FunctionRecord.created(id("odd"), latest, Map.of("a\0b", "\udc00"))));

        var kept = there.functions().find(id("odd")).orElseThrow();

        assertThat(kept.latest().configuration()).isEqualTo(odd);
        assertThat(kept.tags()).isEqualTo(Map.of("a\0b", "\udc00"));
    }
}
