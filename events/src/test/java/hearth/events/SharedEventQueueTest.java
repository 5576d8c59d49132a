package hearth.events;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.EventStore;
import hearth.cluster.StoreUrl;
import hearth.model.TestPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// Several servers, one queue of events.
@EnabledIf(value = "isThere", disabledReason = TestPostgres.WHY_NOT)
class SharedEventQueueTest {
    private final String address = TestPostgres.running().newDatabase();
    private final StoreUrl url = StoreUrl.parse(address);
    private final Queue<String> ranHere = new ConcurrentLinkedQueue<>();
    private final Queue<String> ranThere = new ConcurrentLinkedQueue<>();
    private final Set<String> accepted = new TreeSet<>();

    static boolean isThere() {
        return TestPostgres.isThere();
    }

    private SharingNode here() {
        return new SharingNode(url, "here", Duration.ofMillis(5), ranHere::add);
    }

    private SharingNode there() {
        return new SharingNode(url, "there", Duration.ofMillis(5), ranThere::add);
    }

    private void accept(List<CompletableFuture<String>> answers) {
        answers.forEach(answer -> accepted.add(answer.join()));
    }

    private static void await(Duration patience, BooleanSupplier condition) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("waited for %s", patience).isNegative();
            LockSupport.parkNanos(5_000_000);
        }
    }

    private long kept() {
        try (var connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM events")) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + address.substring(address.indexOf('@') + 1), "hearth", "");
    }

    @Test
    void isWorkedByOneAndFedByAll() {
        try (var here = here()) {
            await(Duration.ofSeconds(10), here.queue::works);
            try (var there = there();
                    var store = EventStore.open(url, new Random(5));
                    var mere =
                            SharedEventQueue.accepting(store, new EventMeter() {}, new Random(6), System::nanoTime)) {
                mere.begin();
                var answers = new ArrayList<CompletableFuture<String>>();
                for (int i = 0; i < 60; i++) {
                    answers.add(here.accept("here" + i));
                    answers.add(there.accept("there" + i));
                    answers.add(SharingNode.accept(mere, "mere" + i));
                }
                accept(answers);

                await(Duration.ofSeconds(30), () -> kept() == 0);

                assertThat(ranHere).containsExactlyInAnyOrderElementsOf(accepted);
                assertThat(ranThere).isEmpty();
                assertThat(there.queue.works()).isFalse();
            }
        }
    }

    /// Told of by a notification, and not by looking.
    @Test
    void hearsOfAnEventOfAnotherAtOnce() {
        try (var here = here()) {
            await(Duration.ofSeconds(10), here.queue::works);
            try (var there = there()) {
                var delays = new ArrayList<Duration>();
                for (int i = 0; i < 9; i++) {
                    var id = "r" + i;
                    there.accept(id).join();
                    long answered = System.nanoTime();
                    await(Duration.ofSeconds(10), () -> ranHere.contains(id));
                    delays.add(Duration.ofNanos(System.nanoTime() - answered));
                }
                // The half of them, so that a machine at its limits fails nothing.
                delays.sort(null);
                assertThat(delays.get(4)).isLessThan(Duration.ofMillis(250));
            }
        }
    }

    @Test
    void findsWhatNobodyToldOf() throws Exception {
        try (var here = here()) {
            await(Duration.ofSeconds(10), here.queue::works);
            try (var connection = connect();
                    var statement = connection.createStatement()) {
                statement.execute("""
                        INSERT INTO events (account, region, name, qualifier, request_id, invoked_arn, trace_header,
                            accepted, due, failures, setbacks, payload)
                        VALUES ('123456789012', 'us-east-1', 'quiet', '$LATEST', 'untold', 'arn', 'Root=1-2-3', 0, 0, 0, 0,
                            '{}')""");
            }

            await(Duration.ofSeconds(10), () -> kept() == 0);
        }
    }

    @Test
    void goesOnElsewhereAtOnceWhenItsWorkerStops() {
        try (var there = theOtherOf(here())) {
            for (int i = 0; i < 40; i++) {
                accepted.add(there.accept("late" + i).join());
            }
            await(Duration.ofSeconds(30), () -> kept() == 0);
            var ran = new ArrayList<>(ranHere);
            ran.addAll(ranThere);
            assertThat(ran).containsExactlyInAnyOrderElementsOf(accepted);
        }
    }

    @Test
    void goesOnElsewhereWhileItsWorkerRests() {
        try (var here = here()) {
            await(Duration.ofSeconds(10), here.queue::works);
            try (var there = there()) {
                here.queue.rest(true);
                await(Duration.ofSeconds(10), there.queue::works);
                accepted.add(here.accept("taken in").join());
                await(Duration.ofSeconds(10), () -> ranThere.contains("taken in"));
                assertThat(here.queue.works()).isFalse();

                here.queue.rest(false);
                there.queue.rest(true);
                await(Duration.ofSeconds(10), here.queue::works);
            }
        }
    }

    /// The node that goes on after this one has stopped.
    private SharingNode theOtherOf(SharingNode here) {
        await(Duration.ofSeconds(10), here.queue::works);
        var there = there();
        var answers = new ArrayList<CompletableFuture<String>>();
        for (int i = 0; i < 200; i++) {
            answers.add((i % 2 == 0 ? here : there).accept("r" + i));
        }
        accept(answers);
        here.close();
        long stopped = System.nanoTime();
        await(Duration.ofSeconds(10), there.queue::works);
        assertThat(Duration.ofNanos(System.nanoTime() - stopped)).isLessThan(Duration.ofSeconds(2));
        return there;
    }

    @Test
    void losesNothingWhenItsWorkerIsKilledAndRunsAgainWhatWasInWorkAlone() throws Exception {
        var ranByTheKilled = new ArrayList<String>();
        var killed = startOther();
        try (var here = here()) {
            var answers = new ArrayList<CompletableFuture<String>>();
            for (int i = 0; i < 150; i++) {
                answers.add(here.accept("r" + i));
            }
            accept(answers);
            long killedAt = 0;
            try (var lines = killed.inputReader(StandardCharsets.UTF_8)) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    ranByTheKilled.add(line);
                    if (ranByTheKilled.size() == 60) {
                        killed.destroyForcibly();
                        killedAt = System.nanoTime();
                        assertThat(here.queue.works()).isFalse();
                    }
                }
            } catch (IOException cutOff) {
                // The kill may close the pipe under the reader.
            }

            await(Duration.ofSeconds(12), here.queue::works);
            assertThat(Duration.ofNanos(System.nanoTime() - killedAt)).isLessThan(Duration.ofSeconds(10));
            await(Duration.ofSeconds(30), () -> kept() == 0);

            var ran = new TreeSet<>(ranByTheKilled);
            ran.addAll(ranHere);
            assertThat(ran).containsExactlyElementsOf(accepted);
            assertThat(ranHere).doesNotHaveDuplicates();
            var twice = new TreeSet<>(ranByTheKilled);
            twice.retainAll(ranHere);
            assertThat(twice).hasSizeLessThanOrEqualTo(SharingNode.AT_ONCE);
        } finally {
            killed.destroyForcibly().waitFor();
        }
    }

    private Process startOther() throws Exception {
        var process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        SharingNode.Killed.class.getName(),
                        address,
                        "30")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        await(Duration.ofSeconds(60), this::isLeased);
        return process;
    }

    private boolean isLeased() {
        try (var connection = connect();
                var statement = connection.createStatement();
                var table = statement.executeQuery("SELECT to_regclass('leases') IS NOT NULL")) {
            table.next();
            if (!table.getBoolean(1)) {
                return false;
            }
            try (var rows = statement.executeQuery("SELECT 1 FROM leases WHERE name = 'events'")) {
                return rows.next();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As one that stood still while another was there: the lease is the other's, who runs everything again.
    @Test
    void isLeftAloneByWhoeverHasLostIt() throws Exception {
        try (var here = new SharingNode(url, "here", Duration.ofSeconds(3), ranHere::add)) {
            await(Duration.ofSeconds(10), here.queue::works);
            accepted.add(here.accept("slow").join());
            await(Duration.ofSeconds(10), () -> ranHere.contains("slow"));

            try (var connection = connect();
                    var statement = connection.createStatement()) {
                statement.execute("UPDATE leases SET owner = 'another', epoch = epoch + 1,"
                        + " expires = clock_timestamp() + INTERVAL '5 seconds' WHERE name = 'events'");
            }

            await(Duration.ofSeconds(4), () -> !here.queue.works());
            accepted.add(here.accept("next").join());
            // What it ran comes to nothing, and it has the queue again once the other's lease is over.
            await(Duration.ofSeconds(12), here.queue::works);
            assertThat(kept()).isEqualTo(2);
            await(Duration.ofSeconds(20), () -> kept() == 0);
            assertThat(ranHere).containsExactlyInAnyOrder("slow", "slow", "next");
        }
    }
}
