package hearth.pollers.kafka;

import hearth.pollers.SourceException;
import hearth.pollers.kafka.KafkaRules.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/// Has a group that has read nothing yet begin where its mapping says. Once it has, a partition without an offset
/// is one that was added, and is read from its oldest record on.
final class StartingOffsets {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private StartingOffsets() {}

    /// @param consumer that has joined no group yet
    /// @return how many partitions the topic has
    static int commit(Consumer<byte[], byte[]> consumer, KafkaRules rules) throws SourceException {
        var partitions = partitions(consumer, rules.topic());
        boolean begun =
                consumer.committed(partitions, PATIENCE).values().stream().anyMatch(Objects::nonNull);
        if (!begun) {
            switch (rules.position()) {
                case Position.Oldest() -> {}
                case Position.Newest() -> consumer.commitSync(newest(consumer, partitions), PATIENCE);
                case Position.At(var time) -> {
                    var times = new HashMap<TopicPartition, Long>();
                    partitions.forEach(partition -> times.put(partition, time.toEpochMilli()));
                    var offsets = newest(consumer, partitions);
                    consumer.offsetsForTimes(times, PATIENCE).forEach((partition, found) -> {
                        if (found != null) {
                            offsets.put(partition, new OffsetAndMetadata(found.offset()));
                        }
                    });
                    consumer.commitSync(offsets, PATIENCE);
                }
            }
        }
        return partitions.size();
    }

    private static Set<TopicPartition> partitions(Consumer<byte[], byte[]> consumer, String topic)
            throws SourceException {
        var partitions = new HashSet<TopicPartition>();
        try {
            var known = consumer.partitionsFor(topic, PATIENCE);
            if (known != null) {
                known.forEach(one -> partitions.add(new TopicPartition(one.topic(), one.partition())));
            }
        } catch (UnknownTopicOrPartitionException e) {
            throw isNotThere(topic, e);
        }
        if (partitions.isEmpty()) {
            throw isNotThere(topic, null);
        }
        return partitions;
    }

    private static SourceException isNotThere(String topic, @Nullable Throwable cause) {
        return new SourceException("The cluster has no topic " + topic + ".", cause);
    }

    private static Map<TopicPartition, OffsetAndMetadata> newest(
            Consumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        consumer.endOffsets(partitions, PATIENCE)
                .forEach((partition, end) -> offsets.put(partition, new OffsetAndMetadata(end)));
        return offsets;
    }
}
