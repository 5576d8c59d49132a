package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.DataFolderLock;
import hearth.cluster.Store;
import hearth.cluster.StoreMember;
import hearth.cluster.StorePlace;
import hearth.cluster.StoreUrl;
import hearth.model.TestPostgres;
import hearth.server.http.Await;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class ClusterStatusTest {
    private static final String HOST1 = """
            version 0.1.0
            roles control,frontend,events
            zone a
            api http://10.0.0.1:9000
            ready yes
            shards 0,2,4
            events working waiting=3 undelivered=0
            worker host3 zone=b environments=5 starting=2 slots=64 promised=640 memory=8192""";

    private final String address = TestPostgres.running().newDatabase();
    private final StoreUrl url = StoreUrl.parse(address);
    private final AtomicReference<String> said = new AtomicReference<>(HOST1);

    @TempDir
    Path folder;

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    private Store member() {
        var lock = DataFolderLock.take(folder);
        lock.close();
        return Store.open(
                lock,
                new StorePlace(
                        Optional.of(url),
                        Optional.empty(),
                        new Random(1),
                        () -> {},
                        Optional.of(new StoreMember("host1", "s3://same", said::get))));
    }

    /// What the command prints, and how it ends.
    private record Ended(int status, String output) {}

    private static Ended run(String... words) {
        var before = System.out;
        var output = new ByteArrayOutputStream();
        System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            return new Ended(Main.run(Map.of(), words), output.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void tellsALoadBalancerOfTheMembersThatAreThere() {
        assertThat(run("haproxy-config", "--store", address).status()).isEqualTo(ExitStatus.MISUSE);
        try (var _ = member()) {
            var written = run("haproxy-config", "--store", address, "--zone", "a");

            assertThat(written.status()).isZero();
            assertThat(written.output()).contains("\n  server host1 10.0.0.1:9000\n");
        }
    }

    @Test
    void showsWhatMembersSayOfThemselves() {
        try (var _ = member()) {
            var shown = run("status", "--store", address);

            assertThat(shown.status()).isZero();
            assertThat(shown.output())
                    .contains("member host1: ready, zone a, roles control,frontend,events, version 0.1.0, 3 shards")
                    .contains("shards 0,2,4")
                    .contains("worker host3: zone=b environments=5 starting=2")
                    .doesNotContain("draining");
        }
        assertThat(run("status", "--store", address).status()).isEqualTo(ExitStatus.NOT_RUNNING);
    }

    @Test
    void tellsWhatIsLeftOnAHost() {
        try (var _ = member()) {
            var status = ClusterStatus.read(url);
            assertThat(status.left("host1")).isEqualTo("3 shards, it takes invocations, the queue of events");
            assertThat(status.left("host3")).isEqualTo("5 environments");
            assertThat(status.knows("host2")).isFalse();
        }
    }

    @Test
    void drainsAHostAndWaitsUntilNothingIsLeftThere() throws Exception {
        try (var store = member()) {
            var drained = new AtomicReference<Ended>();
            var command = Thread.ofPlatform().start(() -> drained.set(run("drain", "host3", "--store", address)));
            Await.until("it is being drained", () -> store.drains().hosts().contains("host3"));
            said.set(HOST1.replace("environments=5", "environments=0"));
            command.join();

            assertThat(drained.get().status()).isZero();
            assertThat(drained.get().output())
                    .contains("host3 is being drained now")
                    .contains("left: 5 environments")
                    .contains("Nothing is left on host3");
            assertThat(run("status", "--store", address).output()).contains("draining host3: nothing is left there");
            assertThat(run("drain", "--undo", "host3", "--store", address).output())
                    .contains("takes part again");
            assertThat(store.drains().hosts()).isEmpty();
        }
    }

    @Test
    void drainsNoHostThatNobodyKnows() {
        try (var store = member()) {
            assertThat(run("drain", "host9", "--store", address).status()).isEqualTo(ExitStatus.FAILURE);
            assertThat(run("drain", "host1").status()).isEqualTo(ExitStatus.MISUSE);
            assertThat(store.drains().hosts()).isEmpty();
        }
    }

    @Test
    void makesListsAndDeletesKeysInTheDatabase() {
        var made = run("keys", "create", "--store", address, "--account", "111122223333");
        var id = made.output().lines().findFirst().orElseThrow().replaceAll(".*: +", "");

        assertThat(run("keys", "list", "--store", address).output())
                .contains(id)
                .contains("111122223333");
        assertThat(run("keys", "delete", id, "--store", address).status()).isZero();
        assertThat(run("keys", "list", "--store", address).output()).doesNotContain(id);
    }
}
