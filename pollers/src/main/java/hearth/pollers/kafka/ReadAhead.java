package hearth.pollers.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/// Which partitions of a member are read on. Times are nanoseconds.
///
/// The client has one question at a time for each broker. One about partitions that have nothing new is answered
/// after half a second, and for so long nothing comes of a partition that was left out because there was enough of
/// it. That is worked off long before, if the function is quick. So partitions without anything new wait for a while
/// until all can be asked for together: the answer comes at once then.
///
/// Of the member's thread. It decides, and does nothing by itself.
final class ReadAhead {
    /// How many bytes of events are read ahead, in all partitions together.
    static final long BYTES = 4 << 20;

    /// How long partitions without anything new wait for another one.
    static final Duration TOGETHER = Duration.ofMillis(200);

    private final Map<TopicPartition, PartitionQueue> queues;
    private OptionalLong untilChange = OptionalLong.empty();

    /// @param paused of which nothing more is to be read for now
    record Readiness(List<TopicPartition> paused, List<TopicPartition> others) {}

    /// @param queues of the partitions that the member has
    ReadAhead(Map<TopicPartition, PartitionQueue> queues) {
        this.queues = queues;
    }

    /// @param mayHaveMore whether a broker has more of a partition, as far as it is known
    Readiness readiness(long now, Predicate<TopicPartition> mayHaveMore) {
        long ahead = BYTES / Math.max(1, queues.size());
        var paused = new ArrayList<TopicPartition>();
        var others = new ArrayList<TopicPartition>();
        long wait = 0;
        for (var entry : queues.entrySet()) {
            var queue = entry.getValue();
            if (queue.isFull(ahead, now)) {
                paused.add(entry.getKey());
                wait = Math.max(wait, queue.fullSince() + TOGETHER.toNanos() - now);
            } else {
                others.add(entry.getKey());
            }
        }
        boolean together = wait > 0 && !others.isEmpty() && others.stream().noneMatch(mayHaveMore);
        untilChange = together ? OptionalLong.of(wait) : OptionalLong.empty();
        if (together) {
            paused.addAll(others);
            others.clear();
        }
        return new Readiness(paused, others);
    }

    /// After what time partitions wait no longer for another; empty when none does.
    OptionalLong untilChange() {
        return untilChange;
    }
}
