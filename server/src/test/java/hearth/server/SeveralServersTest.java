package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.DataFolderLock;
import hearth.cluster.Store;
import hearth.cluster.StoreCommands;
import hearth.cluster.StoreMember;
import hearth.cluster.StorePlace;
import hearth.cluster.StoreUrl;
import hearth.model.AccountId;
import hearth.model.TestPostgres;
import hearth.server.auth.Holder;
import hearth.server.auth.SharedKeys;
import hearth.server.auth.StoreKeyRing;
import hearth.server.cli.Configurations;
import hearth.server.http.Await;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// What servers of one database know of each other, and what commands make them know.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class SeveralServersTest {
    private final StoreUrl url = StoreUrl.parse(TestPostgres.running().newDatabase());

    @TempDir
    Path folder;

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    private Store store(String name) {
        var lock = DataFolderLock.take(folder.resolve(name));
        lock.close();
        return Store.open(
                lock,
                new StorePlace(
                        Optional.of(url),
                        Optional.empty(),
                        new Random(name.hashCode()),
                        () -> {},
                        Optional.of(new StoreMember(name, "s3://same", () -> "ready yes"))));
    }

    @Test
    void acceptTheSameKeys() {
        try (var here = store("host1");
                var there = store("host2");
                var commands = StoreCommands.open(url, new Random(3))) {
            var accepting =
                    List.of(SharedKeys.of(here, InstantSource.system()), SharedKeys.of(there, InstantSource.system()));
            var ring = new StoreKeyRing(commands.keys(), InstantSource.system());

            var key = ring.create(
                    new AccountId("123456789012"), new Holder.Service("s3.amazonaws.com"), null, new Random(4));

            for (var keys : accepting) {
                Await.until("the key is known", () -> keys.find(key.id()).isPresent());
                assertThat(keys.find(key.id())).contains(key);
            }
            assertThat(ring.list()).containsExactly(key);
            assertThat(ring.delete(key.id())).isTrue();
            for (var keys : accepting) {
                Await.until("the key is forgotten", () -> keys.find(key.id()).isEmpty());
            }
        }
    }

    @Test
    void knowWhichHostsAreDrained() {
        try (var here = store("host1");
                var commands = StoreCommands.open(url, new Random(3))) {
            commands.drains().begin("host7");
            var watch = DrainWatch.begin(here);
            var told = new CopyOnWriteArrayList<Set<String>>();
            watch.onChange(told::add);
            assertThat(watch.isDrained("host7")).isTrue();

            commands.drains().begin("host2");
            Await.until("it is drained", () -> watch.isDrained("host2"));
            commands.drains().end("host7");
            Await.until("it is not drained", () -> told.size() == 3);
            assertThat(watch.isDrained("host7")).isFalse();

            assertThat(told).containsExactly(Set.of("host7"), Set.of("host2", "host7"), Set.of("host2"));
        }
    }

    @Test
    void sayHowTheyAre() {
        var report = new MemberReport(Configurations.parse(List.of("--roles", "control,frontend,worker")));
        assertThat(report.get()).contains("not-ready the server is starting").contains("roles control,frontend,worker");

        var obstacle = new AtomicReference<>(Optional.<String>empty());
        report.readyAt("http://10.0.0.1:9000", obstacle::get);

        assertThat(report.get()).contains("ready yes").contains("api http://10.0.0.1:9000");
        obstacle.set(Optional.of("the host is being drained"));
        assertThat(report.get()).contains("not-ready the host is being drained");
    }
}
