package hearth.pollers.streams;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.ShardCheckpoint;
import hearth.cluster.ShardCheckpoint.WindowState;
import hearth.pollers.BatchInvoker;
import hearth.pollers.streams.Batch.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardWorkTest {
    private static final long NOW = 100_000;
    private static final StreamRules RULES =
            new StreamRules(4, Duration.ZERO, 1, Optional.empty(), Optional.empty(), false, false, Duration.ZERO, "");

    private ShardWork work = work(RULES);
    private long now = NOW;

    private static ShardWork work(StreamRules rules) {
        return new ShardWork(rules, _ -> true, ShardCheckpoint.beginning("s"));
    }

    private static StreamRules retrying(int retries, boolean bisects) {
        return new StreamRules(
                4, Duration.ZERO, 1, Optional.empty(), Optional.of(retries), bisects, false, Duration.ZERO, "");
    }

    private static StreamRules tumbling(int seconds) {
        return new StreamRules(
                4, Duration.ZERO, 1, Optional.empty(), Optional.of(0), false, false, Duration.ofSeconds(seconds), "");
    }

    private void read(int from, int to) {
        work.add(
                IntStream.range(from, to)
                        .<StreamRecord>mapToObj(n -> TestRecord.of(n, "k", NOW))
                        .toList(),
                now,
                0);
    }

    private static List<Integer> numbers(Batch batch) {
        return batch.contents().stream()
                .map(record -> Integer.parseInt(record.sequenceNumber()))
                .toList();
    }

    private Batch run() {
        return ((Step.Run) next()).batch();
    }

    private Batch told() {
        return ((Step.Tell) next()).batch();
    }

    private Step next() {
        return work.next(0, now);
    }

    private void passes() {
        passes("{}");
    }

    private void passes(String state) {
        work.ran(0, new Ran.Passed(Optional.of(state)), now);
    }

    /// And its pause goes by.
    private void fails(int from) {
        work.ran(0, new Ran.Failed(from, Optional.empty()), now);
        now += Duration.ofMinutes(1).toMillis();
    }

    @Test
    void makesBatchesInOrderAndMovesTheCheckpointBehindThem() {
        read(1, 7);

        assertThat(numbers(run())).containsExactly(1, 2, 3, 4);
        assertThat(work.checkpoint().after()).isEmpty();
        passes();
        assertThat(work.checkpoint().after()).isEqualTo("4");
        assertThat(numbers(run())).containsExactly(5, 6);
        passes();
        assertThat(work.checkpoint().after()).isEqualTo("6");
        assertThat(next()).isEqualTo(Step.Wait.FOR_RECORDS);
    }

    @Test
    void gathersUntilTheWindowIsOver() {
        work = work(new StreamRules(
                4, Duration.ofSeconds(5), 1, Optional.empty(), Optional.empty(), false, false, Duration.ZERO, ""));
        read(1, 3);

        assertThat(next()).isEqualTo(new Step.Wait(NOW + 5000));
        now += 5000;
        assertThat(numbers(run())).containsExactly(1, 2);
    }

    @Test
    void endsABatchThatIsFullOrTooLarge() {
        work = work(new StreamRules(
                3, Duration.ofSeconds(5), 1, Optional.empty(), Optional.empty(), false, false, Duration.ZERO, ""));
        var large = BatchInvoker.LARGEST / 2 - 10_000;
        work.add(
                List.of(
                        new TestRecord("1", "k", Instant.EPOCH, large),
                        new TestRecord("2", "k", Instant.EPOCH, large),
                        new TestRecord("3", "k", Instant.EPOCH, large)),
                now,
                0);

        assertThat(numbers(run())).containsExactly(1, 2);
        passes();
        assertThat(next()).isInstanceOf(Step.Wait.class);
    }

    @Test
    void runsTheSameBatchAgainAfterAPauseUntilItIsGivenUp() {
        work = work(retrying(2, false));
        read(1, 7);

        for (int i = 0; i < 3; i++) {
            assertThat(numbers(run())).containsExactly(1, 2, 3, 4);
            work.ran(0, new Ran.Failed(0, Optional.empty()), now);
            if (i < 2) {
                assertThat(next()).isInstanceOf(Step.Wait.class);
            }
            now += 60_000;
        }

        var given = told();
        assertThat(given.given()).contains(Condition.RETRIES);
        assertThat(given.runs()).isEqualTo(3);
        assertThat(work.checkpoint().after()).isEmpty();
        work.told(0);
        assertThat(work.checkpoint().after()).isEqualTo("4");
        assertThat(numbers(run())).containsExactly(5, 6);
    }

    @Test
    void countsNoTryInWhichTheFunctionDidNotRun() {
        work = work(retrying(0, false));
        read(1, 3);

        for (int i = 0; i < 5; i++) {
            assertThat(numbers(run())).containsExactly(1, 2);
            work.ran(0, new Ran.NotRun(), now);
            assertThat(next()).isInstanceOf(Step.Wait.class);
            now += 60_000;
        }
        assertThat(run().runs()).isZero();
    }

    @Test
    void findsThePoisonByHalves() {
        work = work(retrying(1, true));
        read(1, 5);
        var ran = new ArrayList<List<Integer>>();

        while (next() instanceof Step.Run(var batch)) {
            ran.add(numbers(batch));
            if (numbers(batch).contains(3)) {
                fails(0);
            } else {
                passes();
            }
        }

        assertThat(ran).containsExactly(List.of(1, 2, 3, 4), List.of(1, 2), List.of(3, 4), List.of(3), List.of(3));
        assertThat(numbers(told())).containsExactly(3);
        work.told(0);
        assertThat(numbers(run())).containsExactly(4);
    }

    @Test
    void goesOnAtTheRecordThatIsReported() {
        work = work(retrying(1, false));
        read(1, 5);

        assertThat(numbers(run())).containsExactly(1, 2, 3, 4);
        fails(2);
        assertThat(work.checkpoint().after()).isEqualTo("2");
        assertThat(numbers(run())).containsExactly(3, 4);
        fails(1);
        assertThat(work.checkpoint().after()).isEqualTo("3");
        assertThat(numbers(told())).containsExactly(4);
    }

    @Test
    void givesUpWhatIsTooOldAndRunsTheRest() {
        work = work(new StreamRules(
                4,
                Duration.ZERO,
                1,
                Optional.of(Duration.ofMinutes(1)),
                Optional.empty(),
                false,
                false,
                Duration.ZERO,
                ""));
        work.add(List.of(TestRecord.of(1, "k", NOW - 60_001), TestRecord.of(2, "k", NOW)), now, 0);

        var old = told();
        assertThat(numbers(old)).containsExactly(1);
        assertThat(old.given()).contains(Condition.AGE);
        work.told(0);
        assertThat(numbers(run())).containsExactly(2);
        fails(0);
        now += 60_001;
        assertThat(told().runs()).isEqualTo(1);
    }

    @Test
    void doesNothingWithWhatIsFilteredButGoOnBehindIt() {
        work = new ShardWork(RULES, record -> !record.sequenceNumber().equals("2"), ShardCheckpoint.beginning("s"));
        assertThat(work.add(List.of(TestRecord.of(2, "k", NOW)), now, 0)).isEqualTo(1);
        assertThat(work.checkpoint().after()).isEqualTo("2");
        read(1, 4);

        assertThat(numbers(run())).containsExactly(1, 3);
    }

    @Test
    void holdsTheCheckpointBackForTheSlowestLane() {
        work = work(new StreamRules(
                4, Duration.ZERO, 2, Optional.empty(), Optional.empty(), false, false, Duration.ZERO, ""));
        work.add(List.of(TestRecord.of(1, "a", NOW), TestRecord.of(2, "b", NOW), TestRecord.of(3, "a", NOW)), now, 0);
        int a = Math.floorMod("a".hashCode(), 2);

        assertThat(numbers(((Step.Run) work.next(a, now)).batch())).containsExactly(1, 3);
        assertThat(numbers(((Step.Run) work.next(1 - a, now)).batch())).containsExactly(2);
        work.ran(1 - a, new Ran.Passed(Optional.empty()), now);
        assertThat(work.checkpoint().after()).isEmpty();
        work.ran(a, new Ran.Passed(Optional.empty()), now);
        assertThat(work.checkpoint().after()).isEqualTo("3");
    }

    @Test
    void readsNoMoreThanItHasRoomFor() {
        read(1, 9);
        assertThat(work.room()).isZero();
        assertThat(numbers(run())).hasSize(4);
        passes();
        assertThat(work.room()).isEqualTo(4);
    }

    @Test
    void isFinishedWhenTheShardHasEndedAndAllIsDone() {
        read(1, 3);
        work.end();
        assertThat(work.checkpoint().finished()).isFalse();
        run();
        passes();
        assertThat(work.checkpoint().finished()).isTrue();
    }

    @Test
    void handsTheStateOnWithinAWindowAndEndsItBeforeTheNext() {
        work = work(tumbling(10));
        work.add(List.of(TestRecord.of(1, "k", 101_000), TestRecord.of(2, "k", 111_000)), now, 0);

        var first = run();
        assertThat(numbers(first)).containsExactly(1);
        assertThat(first.window()).contains(new WindowState(100_000, "{}"));
        passes("{\"n\":1}");
        assertThat(work.checkpoint().window()).contains(new WindowState(100_000, "{\"n\":1}"));

        var last = run();
        assertThat(last.last()).isTrue();
        assertThat(last.contents()).isEmpty();
        assertThat(last.window()).contains(new WindowState(100_000, "{\"n\":1}"));
        passes();
        assertThat(run().window()).contains(new WindowState(110_000, "{}"));
    }

    @Test
    void endsAWindowWhenTheShardHadNothingMoreAfterIt() {
        work = work(tumbling(10));
        work.add(List.of(TestRecord.of(1, "k", 101_000)), now, 0);
        run();
        passes("1");

        work.add(List.of(), 110_500, 0);
        assertThat(next()).isEqualTo(Step.Wait.FOR_RECORDS);
        work.add(List.of(), 111_000, 0);
        assertThat(run().last()).isTrue();
        passes();
        assertThat(work.checkpoint().window()).isEmpty();
    }

    @Test
    void goesOnWithTheStateOfItsCheckpoint() {
        work = new ShardWork(
                tumbling(10),
                _ -> true,
                new ShardCheckpoint("s", "1", 0, false, Optional.of(new WindowState(100_000, "5"))));
        work.add(List.of(TestRecord.of(2, "k", 102_000)), now, 0);

        assertThat(run().window()).contains(new WindowState(100_000, "5"));
    }

    @Test
    void endsAWindowEarlyWhoseStateIsTooLarge() {
        work = work(tumbling(10));
        work.add(List.of(TestRecord.of(1, "k", 101_000)), now, 0);
        run();
        var state = "\"" + "x".repeat(ShardWork.LARGEST_STATE) + "\"";
        passes(state);

        var last = run();
        assertThat(last.last()).isTrue();
        assertThat(new String(
                        BatchEvent.of(last, "s", "arn", Duration.ofSeconds(10), "role", EventFrame.RECORDS),
                        java.nio.charset.StandardCharsets.UTF_8))
                .startsWith("{\"Records\":[],\"window\":{\"start\":\"1970-01-01T00:01:40Z\","
                        + "\"end\":\"1970-01-01T00:01:50Z\"},\"state\":\"xxx")
                .endsWith("\"shardId\":\"s\",\"eventSourceARN\":\"arn\",\"isFinalInvokeForWindow\":true,"
                        + "\"isWindowTerminatedEarly\":true}");
    }

    @Test
    void findsTheStateOfAnAnswer() {
        assertThat(state("{\"a\":[1],\"state\":{\"x\": [1, \"}\"]},\"b\":2}")).contains("{\"x\": [1, \"}\"]}");
        assertThat(state("{\"state\": 12 }")).contains("12");
        assertThat(state("{\"state\":\"é\\u00e9\"}")).contains("\"é\\u00e9\"");
        assertThat(state("{\"state\":null}")).isEmpty();
        assertThat(state("{}")).isEmpty();
        assertThat(state("null")).isEmpty();
        assertThat(state("")).isEmpty();
    }

    private static Optional<String> state(String answer) {
        return WindowAnswer.state(answer.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
