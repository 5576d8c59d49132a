package hearth.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.cluster.MemberRecord.State;
import hearth.model.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemberStoreTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private PostgresDatabase database;
    private MemberStore members;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(TestPostgres.isThere(), TestPostgres.WHY_NOT);
        database = PostgresDatabase.open(
                StoreUrl.parse(TestPostgres.running().newDatabase()),
                Schema.POSTGRES_STORE,
                PostgresDatabase.Isolation.SERIALIZABLE,
                "store-writer",
                new Random(1));
        members = new MemberStore(database);
    }

    @AfterEach
    void close() {
        if (database != null) {
            database.close();
        }
    }

    private static MemberRecord member(String name, long incarnation, String address) {
        return new MemberRecord(
                name,
                incarnation,
                State.JOINING,
                0,
                address,
                address + "0",
                "http://" + name,
                "a",
                Set.of("frontend", "control"),
                "1",
                "2-3",
                Duration.ZERO);
    }

    /// As a program of the release before writes it, which knows of no versions of a protocol.
    private void registerAsBefore(String name, long incarnation) {
        var _ = database.write(session -> session.execute("""
                INSERT INTO members
                    (name, incarnation, state, generation, address, workers, api, zone, roles, version, beat)
                VALUES (?, ?, 'JOINING', 0, '10.0.0.1:25', '', '', '', '', '0', clock_timestamp())
                ON CONFLICT (name) DO UPDATE SET incarnation = excluded.incarnation, version = excluded.version""", name, incarnation));
    }

    @Test
    void knowsNoVersionsOfTheProtocolOfAProcessOfTheReleaseBefore() {
        members.register(member("host1", 7, "10.0.0.1:25"));
        registerAsBefore("host1", 8);
        registerAsBefore("host2", 9);

        assertThat(members.all()).extracting(MemberRecord::protocol).containsExactly("", "");

        members.register(member("host1", 10, "10.0.0.1:25"));
        assertThat(members.all()).extracting(MemberRecord::protocol).containsExactly("2-3", "");
    }

    private void silence(String name, Duration silence) {
        var _ = database.write(session -> session.execute(
                "UPDATE members SET beat = clock_timestamp() - CAST(? AS BIGINT) * INTERVAL '1 millisecond' WHERE name = ?",
                silence.toMillis(),
                name));
    }

    @Test
    void keepsAllThatAMemberSays() {
        members.register(member("host1", 7, "10.0.0.1:25"));

        var kept = members.all().getFirst();

        assertThat(kept.silence()).isLessThan(Duration.ofSeconds(60));
        assertThat(kept)
                .usingRecursiveComparison()
                .ignoringFields("silence")
                .isEqualTo(member("host1", 7, "10.0.0.1:25"));
    }

    @Test
    void givesANameToOneProcessAtATime() {
        members.register(member("host1", 7, "10.0.0.1:25"));

        assertThat(members.register(member("host1", 8, "10.0.0.2:25")))
                .map(MemberRecord::incarnation)
                .contains(7L);
        silence("host1", MemberStore.ALIVE.plusSeconds(1));
        assertThat(members.register(member("host1", 8, "10.0.0.2:25"))).isEmpty();
        assertThat(members.beat("host1", 7, State.UP, 1)).isFalse();
        assertThat(members.beat("host1", 8, State.UP, 1)).isTrue();
    }

    @Test
    void givesTheNameToAProcessThatStartsAgainAtTheSameAddress() {
        members.register(member("host1", 7, "10.0.0.1:25"));

        assertThat(members.register(member("host1", 8, "10.0.0.1:25"))).isEmpty();
    }

    @Test
    void letsOneOfManyFoundTheCluster() throws Exception {
        var names = List.of("host1", "host2", "host3", "host4");
        for (var name : names) {
            members.register(member(name, 1, name + ":25"));
        }
        var together = new CountDownLatch(names.size());

        List<Future<Optional<Long>>> founded;
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            founded = names.stream()
                    .map(name -> tasks.submit(() -> {
                        together.countDown();
                        together.await();
                        return members.found(name, 1, true);
                    }))
                    .toList();
        }

        assertThat(founded.stream().filter(each -> each.resultNow().isPresent()))
                .hasSize(1);
    }

    @Test
    void foundsNoClusterBesideOneThatMayStillBeThere() {
        members.register(member("host1", 1, "host1:25"));
        members.register(member("host2", 1, "host2:25"));
        assertThat(members.found("host1", 1, false)).contains(1L);

        silence("host1", Duration.ofMinutes(1));

        assertThat(members.found("host2", 1, false)).isEmpty();
        assertThat(members.found("host2", 1, true)).contains(2L);
    }

    @Test
    void foundsAnotherClusterAfterAllHaveLeft() {
        members.register(member("host1", 1, "host1:25"));
        members.found("host1", 1, false);
        members.beat("host1", 1, State.LEFT, 1);
        members.register(member("host2", 1, "host2:25"));

        assertThat(members.found("host2", 1, false)).contains(2L);
    }

    @Test
    void letsOnePartGoOn() {
        members.register(member("host1", 1, "host1:25"));
        members.register(member("host2", 2, "host2:25"));
        members.register(member("host3", 3, "host3:25"));

        assertThat(members.goOn("host1", 1, Map.of("host2", 2L), LONG)).isTrue();
        assertThat(members.goOn("host2", 2, Map.of("host1", 1L, "host3", 3L), LONG))
                .isFalse();
        assertThat(members.beat("host2", 2, State.UP, 1)).isFalse();
        assertThat(members.goOn("host3", 3, Map.of("host1", 1L), LONG)).isTrue();
    }

    @Test
    void takesNoLaterIncarnationOut() {
        members.register(member("host1", 1, "host1:25"));
        members.register(member("host2", 2, "host2:25"));
        members.register(member("host2", 3, "host2:25"));

        assertThat(members.goOn("host1", 1, Map.of("host2", 2L), LONG)).isTrue();

        assertThat(members.beat("host2", 3, State.UP, 1)).isTrue();
    }

    @Test
    void letsNoPartGoOnWhoseOthersMayGoOnWithoutTheDatabase() {
        members.register(member("host1", 1, "host1:25"));
        members.register(member("host2", 2, "host2:25"));
        members.found("host2", 2, false);
        silence("host2", Duration.ofSeconds(11));

        assertThat(members.goOn("host1", 1, Map.of("host2", 2L), Duration.ofSeconds(10)))
                .isFalse();
        assertThat(members.beat("host2", 2, State.UP, 1)).isTrue();
    }
}
