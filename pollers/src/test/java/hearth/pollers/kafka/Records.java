package hearth.pollers.kafka;

import hearth.pollers.kafka.KafkaRules.Position;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/// Records of one partition, and rules for them.
final class Records {
    static final KafkaRules RULES = rules(3, Optional.empty(), Optional.empty(), false);

    private Records() {}

    static KafkaRules rules(int batchSize, Optional<Duration> age, Optional<Integer> retries, boolean bisects) {
        return new KafkaRules(
                "orders",
                "group",
                false,
                new Position.Oldest(),
                batchSize,
                Duration.ofNanos(500),
                1,
                age,
                retries,
                bisects,
                true,
                "");
    }

    /// Its time is its offset, in seconds.
    static KafkaRecord record(long offset) {
        return record(offset, "value " + offset);
    }

    static KafkaRecord record(long offset, String value) {
        return KafkaRecord.of(new ConsumerRecord<>(
                "orders",
                0,
                offset,
                offset * 1000,
                TimestampType.CREATE_TIME,
                -1,
                -1,
                null,
                value.getBytes(StandardCharsets.UTF_8),
                new RecordHeaders(),
                Optional.empty()));
    }

    static List<KafkaRecord> records(long from, long to) {
        return LongStream.range(from, to).mapToObj(Records::record).toList();
    }

    static List<Long> offsets(List<KafkaRecord> records) {
        return records.stream().map(KafkaRecord::offset).toList();
    }
}
