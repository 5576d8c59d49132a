package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.TestPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// Servers that share a database, and those that want it for themselves.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class StoreMembersTest {
    private static final String BUCKET = "s3://packages";

    @TempDir
    private Path folder;

    private final StoreUrl url = StoreUrl.parse(TestPostgres.running().newDatabase());

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    private Store member(String name, String objects) {
        return member(name, objects, new AtomicReference<>("{}"));
    }

    private Store member(String name, String objects, AtomicReference<String> status) {
        var lock = DataFolderLock.take(folder.resolve(name));
        lock.close();
        return Store.open(
                lock,
                new StorePlace(
                        Optional.of(url),
                        Optional.empty(),
                        new Random(name.hashCode()),
                        () -> {},
                        Optional.of(new StoreMember(name, objects, status::get))));
    }

    private PostgresDatabase database() throws Exception {
        return PostgresDatabase.open(
                url, Schema.POSTGRES_STORE, PostgresDatabase.Isolation.SERIALIZABLE, "writer", new Random(1));
    }

    @Test
    void excludeAServerThatWantsItForItself() throws Exception {
        try (var database = database()) {
            try (var _ = member("host1", BUCKET);
                    var _ = member("host2", BUCKET)) {
                assertThatThrownBy(() -> StoreLease.take(database, url, new SoleUse("alone"), () -> {}, Duration.ZERO))
                        .isInstanceOf(StoreUnavailableException.class)
                        .hasMessageContaining("host1, host2")
                        .hasMessageContaining("--cluster-listen");
            }
            StoreLease.take(database, url, new SoleUse("alone"), () -> {}, Duration.ZERO)
                    .close();
        }
    }

    @Test
    void areExcludedByOneThatHasItForItself() throws Exception {
        var claim = new SharedUse(new StoreMember("host1", BUCKET, () -> "{}"), "one");
        try (var database = database()) {
            try (var _ = StoreLease.take(database, url, new Random(1), () -> {})) {
                assertThatThrownBy(() -> StoreLease.take(database, url, claim, () -> {}, Duration.ZERO))
                        .isInstanceOf(StoreUnavailableException.class)
                        .hasMessageContaining("which has it for itself");
            }
            StoreLease.take(database, url, claim, () -> {}, Duration.ZERO).close();
        }
    }

    @Test
    void haveOneBucket() {
        try (var _ = member("host1", BUCKET)) {
            for (var other : List.of("s3://others", "")) {
                assertThatThrownBy(() -> member("host2", other))
                        .isInstanceOf(StoreUnavailableException.class)
                        .hasMessageContaining("host1 has " + BUCKET)
                        .hasMessageContaining("--objects");
            }
        }
        try (var _ = member("host1", "")) {
            assertThatThrownBy(() -> member("host2", "")).hasMessageContaining("its data folder");
        }
    }

    @Test
    void haveNamesOfTheirOwn() throws Exception {
        try (var database = database();
                var _ = member("host1", BUCKET)) {
            var claim = new SharedUse(new StoreMember("host1", BUCKET, () -> "{}"), "another");
            assertThatThrownBy(() -> StoreLease.take(database, url, claim, () -> {}, Duration.ZERO))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("a member of the same name, host1");
        }
    }

    /// As after a kill: the name need not be over first.
    @Test
    void comeAgainAtOnceOnTheirOwnHost() throws Exception {
        var member = new StoreMember("host1", BUCKET, () -> "{}");
        var killed = new SharedUse(member, "earth pid 1 (00)");
        var next = new SharedUse(member, "earth pid 2 (00)");
        try (var database = database()) {
            Optional<String> none = database.write(session -> killed.take(session, Duration.ofHours(1)));
            assertThat(none).isEmpty();

            Optional<String> other = database.write(session -> next.take(session, Duration.ofHours(1)));

            assertThat(other).isEmpty();
            Optional<String> lost = database.write(session -> killed.take(session, Duration.ofHours(1)));
            assertThat(lost).hasValueSatisfying(owner -> assertThat(owner).contains("pid 2"));
        }
    }

    @Test
    void areSeenWithWhatTheySayOfThemselvesUntilTheyLeave() {
        var status = new AtomicReference<>("{\"shards\":1}");
        try (var commands = StoreCommands.open(url, new Random(2))) {
            try (var _ = member("host1", BUCKET, status)) {
                assertThat(commands.members()).singleElement().satisfies(member -> {
                    assertThat(member.name()).isEqualTo("host1");
                    assertThat(member.here()).isTrue();
                    assertThat(member.status()).isEqualTo("{\"shards\":1}");
                });

                status.set("{\"shards\":2}");

                Await.until(() -> commands.members().getFirst().status().equals("{\"shards\":2}"));
            }
            assertThat(commands.members()).isEmpty();
        }
    }

    @Test
    void hearOfDrainsAndKeysWithinAQuarterOfASecond() {
        try (var here = member("host1", BUCKET);
                var there = member("host2", BUCKET);
                var commands = StoreCommands.open(url, new Random(2))) {
            Set<String> drained = ConcurrentHashMap.newKeySet();
            Set<String> keys = ConcurrentHashMap.newKeySet();
            var heardHere = new AtomicInteger();
            here.onChange(Topic.DRAINS, heardHere::incrementAndGet);
            there.onChange(Topic.DRAINS, () -> drained.addAll(there.drains().hosts()));
            there.onChange(Topic.ACCESS_KEYS, () -> keys.addAll(there.keys().lines()));

            var delays = new ArrayList<Duration>();
            for (int i = 0; i < 10; i++) {
                var host = "host" + i;
                assertThat(commands.drains().begin(host)).isTrue();
                delays.add(until(() -> drained.contains(host)));
                var line = "key" + i;
                commands.keys().add(line, line);
                delays.add(until(() -> keys.contains(line)));
            }

            // The half of them, so that a machine at its limits fails nothing.
            delays.sort(null);
            assertThat(delays.get(delays.size() / 2)).isLessThan(Duration.ofMillis(250));
            Await.until(() -> heardHere.get() > 0);
            assertThat(commands.drains().begin("host1")).isFalse();
            assertThat(commands.drains().end("host1")).isTrue();
            assertThat(here.drains().hosts()).contains("host2").doesNotContain("host1");
            assertThat(commands.keys().remove("key1")).isTrue();
            assertThat(here.keys().lines()).startsWith("key0", "key2");
        }
    }

    private static Duration until(BooleanSupplier condition) {
        long answered = System.nanoTime();
        Await.until(condition);
        return Duration.ofNanos(System.nanoTime() - answered);
    }

    @Test
    void hearAgainOfWhatTheyCouldNotTakeIn() {
        try (var here = member("host1", BUCKET)) {
            var tries = new AtomicInteger();
            here.onChange(Topic.DRAINS, () -> {
                if (tries.incrementAndGet() < 3) {
                    throw new StoreException("not now", new IllegalStateException());
                }
            });

            here.drains().begin("host9");

            Await.until(() -> tries.get() == 3);
        }
    }
}
