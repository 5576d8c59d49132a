package hearth.pollers.kafka;

import static hearth.pollers.kafka.Records.record;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ReadAheadTest {
    private static final TopicPartition BUSY = new TopicPartition("orders", 0);
    private static final TopicPartition OTHER = new TopicPartition("orders", 1);
    private static final long TOGETHER = ReadAhead.TOGETHER.toNanos();

    private final Map<TopicPartition, PartitionQueue> queues = new HashMap<>();
    private final ReadAhead readAhead = new ReadAhead(queues);

    ReadAheadTest() {
        queues.put(BUSY, new PartitionQueue(Records.RULES, 100));
        queues.put(OTHER, new PartitionQueue(Records.RULES, 100));
    }

    @Test
    void readsAllThatHaveNotEnough() {
        assertThat(readAhead.readiness(0, _ -> false).others()).containsOnly(BUSY, OTHER);
        assertThat(readAhead.untilChange()).isEmpty();
    }

    @Test
    void readsWhatMayHaveMoreBesideOneThatHasEnough() {
        fill(BUSY);

        var readiness = readAhead.readiness(0, Set.of(OTHER)::contains);

        assertThat(readiness.paused()).containsExactly(BUSY);
        assertThat(readiness.others()).containsExactly(OTHER);
        assertThat(readAhead.untilChange()).isEmpty();
    }

    @Test
    void asksForWhatHasNothingNewTogetherWithOneThatHasEnoughForNow() {
        fill(BUSY);

        assertThat(readAhead.readiness(10, _ -> false).paused()).containsOnly(BUSY, OTHER);
        assertThat(readAhead.untilChange()).hasValue(TOGETHER);
        assertThat(readAhead.readiness(30, _ -> false).others()).isEmpty();
        assertThat(readAhead.untilChange()).hasValue(TOGETHER - 20);

        // The function has taken so much that there is not enough any more.
        queues.put(BUSY, new PartitionQueue(Records.RULES, 100));
        assertThat(readAhead.readiness(40, _ -> false).others()).containsOnly(BUSY, OTHER);
        assertThat(readAhead.untilChange()).isEmpty();
    }

    @Test
    void asksForWhatHasNothingNewAloneWhenTheOtherHasEnoughForLong() {
        fill(BUSY);
        readAhead.readiness(10, _ -> false);

        var readiness = readAhead.readiness(10 + TOGETHER, _ -> false);

        assertThat(readiness.paused()).containsExactly(BUSY);
        assertThat(readiness.others()).containsExactly(OTHER);
        assertThat(readAhead.untilChange()).isEmpty();
    }

    @Test
    void readsAheadLessOfEachOfMany() {
        for (int i = 2; i < 1000; i++) {
            queues.put(new TopicPartition("orders", i), new PartitionQueue(Records.RULES, 100));
        }
        var queue = queue(BUSY);
        for (int offset = 0;
                offset * (long) record(0).size()
                        < ReadAhead.BYTES / 1000 + record(0).size();
                offset++) {
            queue.add(record(offset), 0);
        }

        assertThat(readAhead.readiness(0, _ -> true).paused()).containsExactly(BUSY);
    }

    private void fill(TopicPartition partition) {
        var queue = queue(partition);
        var large = "x".repeat(1 << 20);
        for (int offset = 0; offset < 3; offset++) {
            queue.add(record(offset, large), 0);
        }
    }

    private PartitionQueue queue(TopicPartition partition) {
        return Objects.requireNonNull(queues.get(partition));
    }
}
