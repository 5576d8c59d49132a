package hearth.members;

import static hearth.members.TestCluster.ALL;
import static hearth.members.TestCluster.LONG;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardAnswer.Failed;
import hearth.invoke.workermanager.Unavailable;
import hearth.link.message.Versions;
import hearth.members.Members.Standing;
import hearth.model.TestPostgres;
import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clusters of a few members, which are real, on loopback.
class MembersTest {
    private TestCluster cluster;

    @BeforeEach
    void open() {
        assumeTrue(TestPostgres.isThere(), TestPostgres.WHY_NOT);
        cluster = new TestCluster(TestPostgres.running().newDatabase());
    }

    @AfterEach
    void close() throws Exception {
        if (cluster != null) {
            cluster.close();
            assertThat(cluster.shards.doubled()).isNull();
        }
    }

    @Test
    void formOneClusterWhenAllStartAtOnce() throws Exception {
        for (var name : new String[] {"host1", "host2", "host3"}) {
            cluster.start(name);
        }

        cluster.awaitShared(LONG, "host1", "host2", "host3");

        var all = Set.of(new MemberId("host1"), new MemberId("host2"), new MemberId("host3"));
        for (var host : cluster.hosts.values()) {
            Await.until(LONG, () -> host.member + " sees " + host.up, () -> host.up.equals(all));
        }
        var view = cluster.member("host2").view();
        assertThat(view.members()).extracting(MemberView::zone).containsOnly("a");
        assertThat(view.members()).extracting(MemberView::workers).containsOnly("127.0.0.1:9100");
        Await.until(
                LONG,
                () -> cluster.member("host2").view().toString(),
                () -> cluster.member("host2").view().members().stream()
                                .mapToInt(MemberView::shards)
                                .sum()
                        == ALL);
        for (int i = 0; i < ALL; i++) {
            var shard = new ShardId(i);
            assertThat(cluster.members.values().stream().filter(each -> each.owns(shard)))
                    .hasSize(1);
        }
    }

    @Test
    void leaveThoughTheirLifeHasOnlyBegun() throws Exception {
        var leaving = cluster.start("host1");
        Await.until(LONG, () -> "its life begins", MembersTest::isALifeBeingMade);

        assertThat(leaving.leave(Duration.ofSeconds(10))).isTrue();
        assertThat(cluster.shards.of("host1")).isZero();
    }

    private static boolean isALifeBeingMade() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getClassName().equals(ClusterNode.class.getName())
                        && frame.getMethodName().equals("<init>"));
    }

    /// What comes to a member between its being told of a hand-over and the hand-over itself Pekko drops, so that
    /// nothing is overtaken; whoever asked says it again.
    @Test
    void answerEverythingWhileOneLeaves() throws Exception {
        cluster.start("host1");
        cluster.awaitShared(LONG, "host1");
        var asking = cluster.start("host2");
        cluster.awaitShared(LONG, "host1", "host2");
        var questions = new Questions(asking, cluster.host("host2"));
        Await.until(LONG, questions::toString, () -> questions.answered() > 1000);
        assertThat(questions.repeated()).isZero();
        System.out.printf("Asking over two members: %s%n", questions);

        assertThat(cluster.member("host1").leave(LONG)).isTrue();

        assertThat(cluster.shards.of("host1")).isZero();
        cluster.awaitShared(LONG, "host2");
        questions.end();
        System.out.printf("While one of them left: %s%n", questions);
        assertThat(questions.open()).isEmpty();
    }

    /// The first one is the one that decides where shards are.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takeOverFromOneThatIsKilled(boolean first) throws Exception {
        var killed = first ? cluster.startProcess("host3") : null;
        if (killed != null) {
            var alone = killed;
            Await.until(LONG, cluster::toString, () -> alone.owned() == ALL);
        }
        cluster.start("host1");
        cluster.start("host2");
        var third = killed == null ? cluster.startProcess("host3") : killed;
        cluster.awaitShared(LONG, "host1", "host2");

        long begin = System.nanoTime();
        third.process.destroyForcibly();
        Await.until(LONG, cluster::toString, () -> cluster.shards.owned() == ALL);

        var took = Duration.ofNanos(System.nanoTime() - begin);
        System.out.printf("Shards of a killed member (first: %s) are elsewhere after %d ms%n", first, took.toMillis());
        assertThat(took).isLessThan(Duration.ofSeconds(20));
        assertThat(third.process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    /// Which they do by themselves if Pekko's do not end with it.
    @Test
    void comeBackWhenTheirConnectionsAreCut() throws Exception {
        cluster.start("host1");
        cluster.start("host2");
        var third = cluster.start("host3");
        cluster.awaitShared(LONG, "host1", "host2", "host3");
        var life = requireNonNull(third.node());

        assertThat(life.remains()).contains("StreamSupervisor");
        life.abandon();
        life.cutConnections();

        Await.until(LONG, life::remains, life::isEnded);
        assertThat(life.remains()).doesNotContain("StreamSupervisor");
        cluster.awaitShared(LONG, "host1", "host2", "host3");
        assertThat(cluster.host("host3").partings.get()).isPositive();
        assertThat(cluster.host("host1").partings.get()).isZero();
    }

    @Test
    void goOnInOnePartOnlyAndHeal() throws Exception {
        cluster.startBehindRelay("host1");
        cluster.startBehindRelay("host2");
        cluster.awaitShared(LONG, "host1", "host2");
        int before1 = cluster.relay("host1").connections();
        int before2 = cluster.relay("host2").connections();
        var third = cluster.startBehindRelay("host3");
        cluster.awaitShared(LONG, "host1", "host2", "host3");

        long begin = System.nanoTime();
        cluster.relay("host3").keepBack(0);
        cluster.relay("host1").keepBack(before1);
        cluster.relay("host2").keepBack(before2);
        Await.until(LONG, cluster::toString, () -> cluster.shards.of("host3") == 0);
        System.out.printf("A member that is cut off ends its shards after %d ms%n", millisSince(begin));
        assertThat(third.standing()).isNotEqualTo(Standing.UP);
        assertThat(third.certainUntil()).isLessThanOrEqualTo(System.nanoTime());
        Await.until(LONG, cluster::toString, () -> cluster.shards.of("host1") + cluster.shards.of("host2") == ALL);
        System.out.printf("They are at the others after %d ms%n", millisSince(begin));

        begin = System.nanoTime();
        cluster.relays.values().forEach(Relay::letPass);
        cluster.awaitShared(LONG, "host1", "host2", "host3");

        System.out.printf("All is well %d ms after the network is%n", millisSince(begin));
        assertThat(third.standing()).isEqualTo(Standing.UP);
        assertThat(cluster.host("host3").partings.get()).isPositive();
        assertThat(cluster.host("host1").partings.get()).isZero();
    }

    /// Whichever of the two has a shard, the other is answered; and is told what it knows.
    @Test
    void workWithOneOfTheReleaseBefore() throws Exception {
        cluster.start("host1");
        cluster.awaitShared(LONG, "host1");
        var before = cluster.start("host2", new Versions(2, 2));
        cluster.awaitShared(LONG, "host1", "host2");
        var host1 = new MemberId("host1");
        var host2 = new MemberId("host2");
        for (var asking : List.of("host1", "host2")) {
            var questions = new Questions(cluster.member(asking), cluster.host(asking));
            Await.until(LONG, questions::toString, () -> questions.answered() > 200);
            questions.end();
            assertThat(questions.open()).isEmpty();
        }

        cluster.member("host1").toMember(host2, new Failed(1, new Unavailable.Parted()));
        cluster.member("host1").toMember(host1, new Failed(2, new Unavailable.Parted()));

        assertThat(next("host2")).isEqualTo(new Failed(1, new Unavailable.Defect()));
        assertThat(next("host1")).isEqualTo(new Failed(2, new Unavailable.Parted()));
        assertThat(before.view().members())
                .extracting(MemberView::speaks)
                .containsExactly(Versions.OURS, new Versions(2, 2));
        assertThat(before.leave(LONG)).isTrue();
        cluster.awaitShared(LONG, "host1");
    }

    @Test
    void tellOneOfTheSameReleaseOfAnInvocationThatWasParted() throws Exception {
        cluster.start("host1");
        cluster.start("host2");
        cluster.awaitShared(LONG, "host1", "host2");

        cluster.member("host1").toMember(new MemberId("host2"), new Failed(1, new Unavailable.Parted()));

        assertThat(next("host2")).isEqualTo(new Failed(1, new Unavailable.Parted()));
    }

    private ShardAnswer next(String member) throws InterruptedException {
        return Objects.requireNonNull(cluster.host(member).answers.poll(LONG.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void keepOneAwayThatSpeaksNoVersionThatTheyDo() throws Exception {
        cluster.start("host1");
        cluster.awaitShared(LONG, "host1");

        var later = cluster.start("host2", new Versions(5, 6));

        Await.until(
                LONG, () -> later.standing().toString(), () -> later.refusal().isPresent());
        assertThat(later.refusal().orElseThrow())
                .contains("host1 speaks versions 2 to 4", "this process versions 5 to 6", "neighbouring");
        assertThat(later.view().members()).isEmpty();
        assertThat(cluster.member("host1").view().up()).containsExactly(new MemberId("host1"));

        assertThat(cluster.member("host1").leave(LONG)).isTrue();
        cluster.awaitShared(LONG, "host2");
        assertThat(later.refusal()).isEmpty();
    }

    private static long millisSince(long begin) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stranger", "worker"})
    void letNobodyJoinWithACertificateOfAnotherClusterOrOfAWorker(String name) throws Exception {
        cluster.startBehindRelay("host1");
        cluster.awaitShared(LONG, "host1");

        var stranger = cluster.start(name);

        var relay = cluster.relay("host1");
        Await.until(LONG, () -> relay.ended() + " refused", () -> relay.ended() >= 3);
        assertThat(stranger.view().members()).isEmpty();
        assertThat(stranger.standing()).isEqualTo(Standing.JOINING);
        assertThat(cluster.member("host1").view().up()).containsExactly(new MemberId("host1"));
    }

    @Test
    void goOnWithoutTheDatabase() throws Exception {
        cluster.close();
        try (var database = TestPostgres.start()) {
            cluster = new TestCluster(database.newDatabase());
            cluster.start("host1");
            cluster.start("host2");
            var third = cluster.startProcess("host3");
            cluster.awaitShared(LONG, "host1", "host2");

            database.crash();
            long away = System.nanoTime();
            // As long as the database must be away before most of the members decide by themselves.
            Await.until(LONG, cluster::toString, () -> {
                assertThat(cluster.members.values())
                        .extracting(Members::standing)
                        .containsOnly(Standing.UP);
                return System.nanoTime() - away
                        > MajorityLease.AWAY.plusSeconds(2).toNanos();
            });
            third.process.destroyForcibly();
            Await.until(LONG, cluster::toString, () -> cluster.shards.owned() == ALL);

            database.startAgain();
            var again = cluster.startProcess("host3");
            Await.until(LONG, cluster::toString, () -> again.owned() > 10);
            cluster.awaitShared(LONG, "host1", "host2");
            cluster.close();
        }
    }
}
