package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.cluster.SourceLeases.Server;
import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.Region;
import hearth.model.TestPostgres;
import hearth.model.api.EventSourceMappingConfiguration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// Two servers that share out mappings by one database.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class SourceLeasesTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration OVER = Duration.ofMillis(1);

    @TempDir
    private Path folder;

    private Store here;
    private Store there;
    private SourceLeases leases;

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    @BeforeEach
    void open() {
        var url = StoreUrl.parse(TestPostgres.running().newDatabase());
        here = open(url, "here");
        there = open(url, "there");
        leases = here.sourceLeases();
        for (var uuid : List.of("a", "b", "c")) {
            create(id(uuid));
        }
    }

    private Store open(StoreUrl url, String name) {
        var lock = DataFolderLock.take(folder.resolve(name));
        lock.close();
        return Store.openShared(lock, url, Duration.ofMinutes(10), new Random(name.hashCode()));
    }

    private void create(EventSourceMappingId id) {
        var configuration = EventSourceMappingConfiguration.builder()
                .uuid(id.uuid())
                .functionArn("greet")
                .eventSourceArn("stream of " + id.uuid())
                .state("Enabled")
                .build();
        here.mappings().create(new MappingRecord(id, configuration, true, Map.of()), (_, _) -> {});
    }

    private static EventSourceMappingId id(String uuid) {
        return new EventSourceMappingId(new AccountId("123456789012"), new Region("eu-north-1"), uuid);
    }

    private static SourceLease lease(String uuid, String owner, long epoch) {
        return new SourceLease(id(uuid), owner, epoch);
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
    }

    @Test
    void areOneServersUntilItReleasesThemOrLeaves() {
        var others = there.sourceLeases();
        leases.join("one", LONG);
        others.join("two", LONG);
        assertThat(leases.take("one", List.of(id("a"), id("b"), id("gone"), id("c")), 2))
                .containsExactly(lease("a", "one", 1), lease("b", "one", 1));

        assertThat(others.take("two", List.of(id("a"), id("b"), id("c")), 9)).containsExactly(lease("c", "two", 1));
        leases.release(List.of(lease("a", "one", 1), lease("b", "one", 7)));
        assertThat(others.all()).containsExactly(lease("a", "", 1), lease("b", "one", 1), lease("c", "two", 1));
        leases.leave("one");

        assertThat(others.take("two", List.of(id("a"), id("b")), 9))
                .containsExactly(lease("a", "two", 2), lease("b", "two", 2));
        assertThat(leases.take("one", List.of(id("a")), 9)).as("who has left").isEmpty();
    }

    @Test
    void areAnotherServersOnceTheTimeOfTheirOwnerIsOver() {
        leases.join("one", OVER);
        leases.join("two", LONG);
        assertThat(leases.take("one", List.of(id("a")), 1)).hasSize(1);
        Await.until(() -> leases.renew("two", true, LONG)
                .equals(List.of(new Server("one", false, true), new Server("two", true, false))));

        assertThat(leases.take("two", List.of(id("a")), 1))
                .as("before it is buried")
                .isEmpty();
        leases.bury(List.of("one", "two"));

        assertThat(leases.take("two", List.of(id("a")), 1)).containsExactly(lease("a", "two", 2));
        assertThat(leases.renew("one", false, LONG)).containsExactly(new Server("two", true, false));
        assertThat(leases.renew("two", false, LONG)).containsExactly(new Server("two", false, false));
    }

    @Test
    void endTheClaimOfWhoeverHadThem() {
        leases.join("one", LONG);
        leases.join("two", LONG);
        var before = leases.take("one", List.of(id("a")), 1).getFirst();
        var claim = here.checkpoints().claim(before);
        here.checkpoints().keep(claim, ShardCheckpoint.since("s", 1));

        leases.release(List.of(before));
        assertThatThrownBy(() -> here.checkpoints().claim(before)).isInstanceOf(ClaimLostException.class);
        var after = there.sourceLeases().take("two", List.of(id("a")), 1).getFirst();

        assertThatThrownBy(() -> here.checkpoints().keep(claim, ShardCheckpoint.since("s", 2)))
                .isInstanceOf(ClaimLostException.class);
        assertThat(there.checkpoints().claim(after).shards()).containsExactly(ShardCheckpoint.since("s", 1));
    }

    @Test
    void areGivenOnceHoweverManyTryAtOnce() throws Exception {
        var ids = IntStream.range(0, 20).mapToObj(number -> id("m" + number)).toList();
        ids.forEach(this::create);
        var rounds = new AtomicInteger();
        var taken = new ArrayList<SourceLease>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<List<SourceLease>>> tries = IntStream.range(0, 6)
                    .<Callable<List<SourceLease>>>mapToObj(number -> () -> {
                        var own = (number % 2 == 0 ? here : there).sourceLeases();
                        own.join("s" + number, LONG);
                        var all = new ArrayList<SourceLease>();
                        for (int round = 0; round < 5; round++) {
                            all.addAll(own.take("s" + number, ids, 2));
                            own.renew("s" + number, false, LONG);
                            rounds.incrementAndGet();
                        }
                        return all;
                    })
                    .toList();
            for (var one : threads.invokeAll(tries)) {
                taken.addAll(one.get());
            }
        }

        assertThat(rounds.get()).isEqualTo(30);
        assertThat(taken).hasSize(20).extracting(SourceLease::mapping).doesNotHaveDuplicates();
        assertThat(leases.all()).containsExactlyInAnyOrderElementsOf(taken);
    }

    @Test
    void tellOthersWhenThereIsSomethingToTake() {
        var told = new AtomicInteger();
        there.sourceLeases().onChange(told::incrementAndGet);
        leases.join("one", LONG);
        Await.until(() -> told.get() > 0);
        int before = told.get();

        leases.leave("one");

        Await.until(() -> told.get() > before);
    }
}
