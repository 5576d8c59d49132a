package hearth.pollers.kafka;

import static hearth.pollers.kafka.Records.offsets;
import static hearth.pollers.kafka.Records.records;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.pollers.kafka.Batch.Condition;
import hearth.pollers.kafka.Batch.Piece;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class BatchTest {
    private static final Instant NOW = Instant.ofEpochSecond(100);

    @Test
    void isTriedForEver() {
        var batch = batch(Optional.empty(), false, 0, 3);

        for (int i = 0; i < 1000; i++) {
            failAll(batch);
        }

        assertThat(next(batch).given()).isEmpty();
        assertThat(next(batch).runs()).isEqualTo(1000);
        assertThat(batch.first()).isEqualTo(0);
    }

    @Test
    void isGivenUpAfterItsRetries() {
        var batch = batch(Optional.of(1), false, 0, 3);

        failAll(batch);
        assertThat(next(batch).given()).isEmpty();
        failAll(batch);

        assertThat(next(batch).given()).hasValue(Condition.RETRIES);
        assertThat(next(batch).runs()).isEqualTo(2);
        assertThat(offsets(next(batch).records())).containsExactly(0L, 1L, 2L);
        batch.done();
        assertThat(batch.isDone()).isTrue();
    }

    @Test
    void isTriedWithWhatTheFunctionReportedAlone() {
        var batch = batch(Optional.of(5), true, 0, 5);

        batch.failed(Set.of("orders-0@1", "orders-0@3"));

        assertThat(offsets(next(batch).records())).containsExactly(1L, 3L);
        assertThat(next(batch).failures()).isEqualTo(1);
        assertThat(batch.first()).isEqualTo(1);
    }

    @Test
    void isSplitUntilTheOneIsFoundThatFails() {
        var batch = batch(Optional.of(0), true, 0, 6);
        var succeeded = new ArrayList<Long>();
        var given = new ArrayList<Long>();

        while (!batch.isDone()) {
            var piece = next(batch);
            var offsets = offsets(piece.records());
            if (piece.given().isPresent()) {
                given.addAll(offsets);
                batch.done();
            } else if (offsets.contains(3L)) {
                failAll(batch);
            } else {
                succeeded.addAll(offsets);
                batch.done();
            }
        }

        assertThat(given).containsExactly(3L);
        assertThat(succeeded).containsExactly(0L, 1L, 2L, 4L, 5L);
    }

    @Test
    void givesUpWhatIsTooOld() {
        var rules = Records.rules(10, Optional.of(Duration.ofSeconds(60)), Optional.empty(), false);
        // Those of offsets below 40 are older than a minute at second 100.
        var batch = new Batch(rules, records(38, 43));

        assertThat(offsets(next(batch).records())).containsExactly(38L, 39L);
        assertThat(next(batch).given()).hasValue(Condition.AGE);
        batch.done();
        assertThat(batch.first()).isEqualTo(40);
        assertThat(offsets(next(batch).records())).containsExactly(40L, 41L, 42L);
        assertThat(next(batch).given()).isEmpty();
    }

    @Test
    void isGivenUpWhenItIsTooLarge() {
        var batch = batch(Optional.empty(), false, 0, 1);

        batch.giveUp(Condition.SIZE);

        assertThat(next(batch).given()).hasValue(Condition.SIZE);
    }

    private static Batch batch(Optional<Integer> retries, boolean bisects, long from, long to) {
        return new Batch(Records.rules(10, Optional.empty(), retries, bisects), records(from, to));
    }

    private static Piece next(Batch batch) {
        return batch.next(NOW).orElseThrow();
    }

    private static void failAll(Batch batch) {
        List<KafkaRecord> all = next(batch).records();
        batch.failed(all.stream().map(KafkaRecord::id).collect(Collectors.toSet()));
    }
}
