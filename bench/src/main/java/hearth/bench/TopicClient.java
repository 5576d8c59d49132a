package hearth.bench;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Whoever sends records, and the bare consumer that is the floor of pollers: Kafka's client, a hundred records a poll,
/// each parsed, their offsets committed before the next poll. In a process of its own, which does what the lines of its
/// input say, and answers each with one.
///
/// What is measured of a topic is how long the records behind its first fifth take: how long a group takes to form is
/// no figure of its consumers.
final class TopicClient {
    private static final int BATCH = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final String brokers;
    private final Admin admin;

    private TopicClient(String brokers) {
        this.brokers = brokers;
        this.admin = Admin.create(Map.of("bootstrap.servers", brokers));
    }

    public static void main(String[] arguments) throws Exception {
        var client = new TopicClient(arguments[0]);
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(client.answerOrFailure(line.split(" ")));
        }
    }

    private String answerOrFailure(String[] words) {
        try {
            return answer(words);
        } catch (Exception e) {
            return ChildProcess.FAILED + e;
        }
    }

    private String answer(String[] words) throws Exception {
        return switch (words[0]) {
            case "fill" ->
                fill(words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3]), Integer.parseInt(words[4]));
            case "drain" -> drain(words[1], Integer.parseInt(words[2]));
            case "watch" -> watch(words[1], Integer.parseInt(words[2]));
            default -> throw new IOException("What is " + words[0] + "?");
        };
    }

    /// Makes a topic, of which so many partitions have as many records each, of 1 KB of JSON, and the others none.
    private String fill(String topic, int partitions, int filled, int count) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        var value = ("{\"id\":\"order\",\"text\":\"" + "x".repeat(975) + "\"}").getBytes(StandardCharsets.US_ASCII);
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                brokers,
                "linger.ms",
                5,
                "batch.size",
                256 << 10,
                // Else the first batches of a topic that was just made may wait until their time is over
                // (findings/kafka-new-topic-stalls-producer.sh).
                "enable.idempotence",
                false,
                // Nothing waits without end for a broker that has fallen silent.
                "max.block.ms",
                (int) PATIENCE.toMillis(),
                "delivery.timeout.ms",
                (int) PATIENCE.toMillis());
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            var last = producer.send(new ProducerRecord<>(topic, 0, null, value));
            for (int i = 1; i < count; i++) {
                last = producer.send(new ProducerRecord<>(topic, i % filled, null, value));
            }
            producer.flush();
            last.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        long there = new Committed(topic, "", partitions).end();
        if (there != count) {
            throw new IOException("Of " + count + " records " + there + " have come");
        }
        return "filled";
    }

    /// @return how many nanoseconds the last four fifths took
    private String drain(String topic, int count) throws IOException {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                brokers,
                "group.id",
                "bare-" + topic,
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false,
                "max.poll.records",
                BATCH);
        var json = new JsonFactory();
        long bytes = 0;
        int got = 0;
        long begin = 0;
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (got < count) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    try (var parser = json.createParser(record.value())) {
                        while (parser.nextToken() != null) {
                            bytes += parser.getTextLength();
                        }
                    }
                    got++;
                }
                consumer.commitSync();
                if (begin == 0 && got >= count / 5) {
                    begin = System.nanoTime();
                    count -= got;
                    got = 0;
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("Only " + got + " records and " + bytes + " bytes came");
                }
            }
        }
        return (System.nanoTime() - begin) + " " + count;
    }

    /// Waits until a group has committed all of a topic.
    ///
    /// @return how many nanoseconds the last four fifths took, and how many records they were
    private String watch(String topic, int partitions) throws Exception {
        var group = new Committed(topic, "mapping-" + topic, partitions);
        long all = group.end();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long first = group.committed();
        while (first < all / 5) {
            pause(deadline, first);
            first = group.committed();
        }
        long begin = System.nanoTime();
        for (long now = first; now < all; now = group.committed()) {
            pause(deadline, now);
        }
        return (System.nanoTime() - begin) + " " + (all - first);
    }

    private static void pause(long deadline, long committed) throws IOException, InterruptedException {
        if (System.nanoTime() - deadline > 0) {
            throw new IOException("Only " + committed + " records are done with");
        }
        TimeUnit.MILLISECONDS.sleep(5);
    }

    /// How far a group has come with a topic.
    private final class Committed {
        private final List<TopicPartition> partitions;
        private final String group;

        Committed(String topic, String group, int partitions) {
            this.group = group;
            this.partitions = IntStream.range(0, partitions)
                    .mapToObj(i -> new TopicPartition(topic, i))
                    .toList();
        }

        long end() throws Exception {
            var latest = new HashMap<TopicPartition, OffsetSpec>();
            partitions.forEach(each -> latest.put(each, OffsetSpec.latest()));
            return admin.listOffsets(latest).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).values().stream()
                    .mapToLong(each -> each.offset())
                    .sum();
        }

        long committed() throws Exception {
            return admin
                    .listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                    .values()
                    .stream()
                    .filter(Objects::nonNull)
                    .mapToLong(each -> each.offset())
                    .sum();
        }
    }
}
