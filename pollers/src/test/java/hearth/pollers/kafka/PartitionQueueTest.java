package hearth.pollers.kafka;

import static hearth.pollers.kafka.Records.offsets;
import static hearth.pollers.kafka.Records.record;
import static hearth.pollers.kafka.Records.records;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionQueueTest {
    private final PartitionQueue queue = new PartitionQueue(Records.RULES, 100);

    @Test
    void gathersUntilTheBatchIsFull() {
        read(0, 2, 10);

        assertThat(queue.next(20)).isEmpty();
        assertThat(queue.due(20)).hasValue(490);
        assertThat(queue.isFull(0, 0)).isFalse();

        read(2, 5, 30);

        assertThat(queue.isFull(0, 0)).isTrue();
        assertThat(queue.due(30)).hasValue(0);
        assertThat(next(30)).containsExactly(0L, 1L, 2L);
    }

    @Test
    void isFullOnceItHasABatchAndWhatIsReadAhead() {
        long ahead = 4L * record(0).size();
        read(0, 3, 10);
        assertThat(queue.isFull(ahead, 20)).isFalse();

        read(3, 4, 30);
        assertThat(queue.isFull(ahead, 40)).isTrue();
        assertThat(queue.isFull(ahead, 50)).isTrue();
        assertThat(queue.fullSince()).isEqualTo(40);

        next(60);
        assertThat(queue.isFull(ahead, 60)).isFalse();
        read(4, 8, 70);
        assertThat(queue.isFull(ahead, 80)).isTrue();
        assertThat(queue.fullSince()).isEqualTo(80);
    }

    @Test
    void isFullWithWhatAFunctionCanBeGivenHoweverMuchIsReadAhead() {
        var large = "x".repeat(3 << 20);
        queue.add(record(0, large), 0);
        assertThat(queue.isFull(Long.MAX_VALUE, 0)).isFalse();
        queue.add(record(1, large), 0);

        assertThat(queue.isFull(Long.MAX_VALUE, 0)).isTrue();
    }

    @Test
    void gathersUntilItsWindowIsOver() {
        read(0, 1, 10);
        read(1, 2, 400);

        assertThat(queue.next(509)).isEmpty();
        assertThat(next(510)).containsExactly(0L, 1L);
    }

    @Test
    void isFullAndABatchAsItIsWhileMemoryIsShort() {
        read(0, 2, 0);
        long both = record(0).memory() + record(1).memory();
        assertThat(queue.memory()).isEqualTo(both);

        queue.hurry(true);
        assertThat(queue.isFull(0, 0)).isTrue();
        var batch = queue.next(0).orElseThrow();
        assertThat(queue.memory()).isEqualTo(both);
        succeed(batch);

        assertThat(queue.ended()).isTrue();
        assertThat(queue.memory()).isZero();
        assertThat(queue.due(0)).isEmpty();
        queue.hurry(false);
        assertThat(queue.isFull(0, 0)).isFalse();
    }

    @Test
    void hasOneBatchAtATime() {
        read(0, 6, 0);
        var first = queue.next(0).orElseThrow();

        assertThat(queue.due(1000)).isEmpty();
        assertThat(queue.next(1000)).isEmpty();
        assertThat(queue.ended()).isFalse();

        succeed(first);

        assertThat(queue.ended()).isTrue();
        assertThat(next(1000)).containsExactly(3L, 4L, 5L);
    }

    @Test
    void closesABatchBeforeItIsMoreThanAFunctionCanBeGiven() {
        var large = "x".repeat(3 << 20);
        queue.add(record(0, large), 0);
        queue.add(record(1, large), 0);

        assertThat(queue.isFull(0, 0)).isTrue();
        assertThat(next(0)).containsExactly(0L);
    }

    @Test
    void commitsNothingBeforeItIsKnownWhereThePartitionIsRead() {
        assertThat(queue.toCommit()).isEmpty();

        queue.readUpTo(7);

        assertThat(queue.toCommit()).hasValue(7);
        queue.setCommitted(7);
        assertThat(queue.toCommit()).isEmpty();
    }

    @Test
    void commitsWhatIsDoneWithAndPassesOverWhatNobodyWanted() {
        queue.setCommitted(0);
        // 3 and 7 to 9 were filtered out.
        read(0, 3, 0);
        queue.add(record(4), 0);
        queue.readUpTo(10);
        assertThat(queue.toCommit()).isEmpty();

        var first = queue.next(0).orElseThrow();
        assertThat(queue.toCommit()).isEmpty();
        succeed(first);
        assertThat(queue.toCommit()).hasValue(4);
        assertThat(queue.ended()).isTrue();

        var second = queue.next(1000).orElseThrow();
        assertThat(queue.toCommit()).hasValue(4);
        succeed(second);
        assertThat(queue.toCommit()).hasValue(10);
    }

    @Test
    void commitsUpToTheFirstRecordThatTheFunctionFailedOn() {
        queue.setCommitted(0);
        read(0, 3, 0);
        queue.readUpTo(3);
        var batch = queue.next(0).orElseThrow();

        batch.failed(Set.of("orders-0@1"));

        assertThat(queue.toCommit()).hasValue(1);
        assertThat(queue.ended()).isFalse();
    }

    @Test
    void commitsAgainWhatTheBrokersDidNotKeep() {
        queue.readUpTo(7);
        queue.setCommitted(7);

        queue.setCommitted(-1);

        assertThat(queue.toCommit()).hasValue(7);
    }

    private void read(long from, long to, long now) {
        records(from, to).forEach(record -> queue.add(record, now));
    }

    private java.util.List<Long> next(long now) {
        return queue.next(now)
                .flatMap(batch -> batch.next(Instant.EPOCH))
                .map(piece -> offsets(piece.records()))
                .orElseThrow();
    }

    private static void succeed(Batch batch) {
        assertThat(batch.next(Instant.EPOCH)).isNotEqualTo(Optional.empty());
        batch.done();
        assertThat(batch.isDone()).isTrue();
    }
}
