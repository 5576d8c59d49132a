package hearth.cluster;

import static hearth.cluster.Samples.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.TestPostgres;
import hearth.model.api.AliasConfiguration;
import java.nio.file.Path;
import java.time.Duration;
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
        var failures = new AtomicInteger();
        var heard = new AtomicBoolean();
        there.functions().onChange(_ -> {
            if (failures.incrementAndGet() <= 2) {
                throw new IllegalStateException("not now");
            }
            heard.set(true);
        });

        here.functions().create(Change.to(Samples.function("mail", 1)));

        Await.until(heard::get);
    }

    @Test
    void tellAgainOfTheirOwnChanges() {
        var failures = new AtomicInteger();
        var heard = new AtomicBoolean();
        here.functions().onChange(_ -> {
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

    @Test
    void refuseASecondServerAndSayWhoIsThere() throws Exception {
        try (var first = database();
                var second = database()) {
            try (var _ = StoreLease.take(first, url, new Random(1), () -> {})) {
                assertThatThrownBy(() -> StoreLease.take(second, url, new Random(2), () -> {}, Duration.ZERO))
                        .isInstanceOf(StoreUnavailableException.class)
                        .hasMessageContaining("pid " + ProcessHandle.current().pid())
                        .hasMessageContaining("--store");
            }
            StoreLease.take(second, url, new Random(2), () -> {}, Duration.ZERO).close();
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
            statement.execute("UPDATE schema_versions SET version = 99");
        }

        assertThatThrownBy(() -> open("newer"))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("newer Hearth")
                .hasMessageContaining("99");
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
