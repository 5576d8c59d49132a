package hearth.conformance.faults.sources;

import hearth.conformance.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.EndPointType;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.KafkaEventSourceMappingConsumptionMode;
import software.amazon.awssdk.services.lambda.model.SourceAccessConfiguration;

/// A topic of Kafka, read by a consumer group or a share group, of which another topic hears what was given up.
final class TopicSource implements FaultySource {
    private static final String TOPIC = "work";
    private static final String TOLD = "told";
    private static final String GROUP = "workers";
    private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]+)\"");

    private final KafkaBroker broker = KafkaBroker.start();
    private final boolean shared;
    private int partitions = 3;
    private @Nullable KafkaConsumer<String, String> told;
    private @Nullable Guest guest;

    TopicSource(boolean shared) {
        this.shared = shared;
        broker.create(TOPIC, partitions);
        broker.create(TOLD, 1);
        if (shared) {
            broker.beginAtTheOldest(GROUP);
        }
    }

    @Override
    public String name() {
        return shared ? "Kafka, share group" : "Kafka";
    }

    @Override
    public Set<SourceFault> faults() {
        var faults = new HashSet<>(Set.of(
                SourceFault.BROKER_KILLED,
                SourceFault.BROKER_SILENT,
                SourceFault.BOTH_KILLED,
                SourceFault.PARTITION_ADDED));
        if (!shared) {
            faults.add(SourceFault.REBALANCE);
        }
        return faults;
    }

    @Override
    public List<String> options() {
        return List.of();
    }

    @Override
    public Map<String, String> variables() {
        return Map.of();
    }

    @Override
    public CreateEventSourceMappingRequest.Builder map(CreateEventSourceMappingRequest.Builder request) {
        if (!shared) {
            request.startingPosition(EventSourcePosition.TRIM_HORIZON);
        }
        return request.topics(TOPIC)
                .selfManagedEventSource(
                        s -> s.endpoints(Map.of(EndPointType.KAFKA_BOOTSTRAP_SERVERS, List.of(broker.address()))))
                .selfManagedKafkaEventSourceConfig(k -> k.consumerGroupId(GROUP)
                        .consumptionMode(shared ? KafkaEventSourceMappingConsumptionMode.QUEUE : null))
                .sourceAccessConfigurations(SourceAccessConfiguration.builder()
                        .type("VPC_SUBNET")
                        .uri("subnet:subnet-1")
                        .build())
                .provisionedPollerConfig(p -> p.minimumPollers(2).maximumPollers(2))
                .bisectBatchOnFunctionError(true)
                .maximumRetryAttempts(4)
                .destinationConfig(d -> d.onFailure(f -> f.destination("kafka://" + TOLD)))
                .batchSize(5);
    }

    @Override
    public synchronized List<String> keys() {
        return IntStream.range(0, partitions).mapToObj(Integer::toString).toList();
    }

    @Override
    public boolean isOrdered() {
        return !shared;
    }

    @Override
    public void send(Message message) {
        broker.send(TOPIC, Integer.parseInt(message.key()), message.text());
    }

    @Override
    public List<Message> givenUp() {
        if (told == null) {
            told = new KafkaConsumer<>(
                    Map.of(
                            "bootstrap.servers",
                            broker.address(),
                            "group.id",
                            "reader",
                            "auto.offset.reset",
                            "earliest"),
                    new StringDeserializer(),
                    new StringDeserializer());
            told.subscribe(List.of(TOLD));
        }
        var found = new ArrayList<Message>();
        for (var record : told.poll(Duration.ofSeconds(1))) {
            var value = VALUE.matcher(record.value());
            if (!value.find()) {
                throw new IllegalStateException(record.value());
            }
            found.add(Message.of(new String(Base64.getDecoder().decode(value.group(1)), StandardCharsets.UTF_8)));
        }
        return found;
    }

    @Override
    public synchronized void begin(SourceFault fault) throws Exception {
        switch (fault) {
            case BROKER_KILLED, BOTH_KILLED -> broker.kill();
            case BROKER_SILENT -> Signals.stop(broker.process());
            case PARTITION_ADDED -> broker.addPartitions(TOPIC, ++partitions);
            case REBALANCE -> guest = new Guest(broker.address());
            default -> throw new IllegalArgumentException(fault.toString());
        }
    }

    @Override
    public void end(SourceFault fault) throws Exception {
        switch (fault) {
            case BROKER_KILLED, BOTH_KILLED -> broker.startAgain();
            case BROKER_SILENT -> Signals.goOn(broker.process());
            default -> {
                if (guest != null) {
                    guest.leave();
                    guest = null;
                }
            }
        }
    }

    @Override
    public void close() {
        if (told != null) {
            told.close();
        }
        broker.close();
    }

    /// Another member of the group, which has partitions for a while, and reads them without committing anything.
    private static final class Guest {
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread thread;

        Guest(String address) {
            this.thread = Thread.ofPlatform().name("guest").start(() -> stay(address));
        }

        private void stay(String address) {
            Map<String, Object> settings = Map.of(
                    "bootstrap.servers",
                    address,
                    "group.id",
                    GROUP,
                    "enable.auto.commit",
                    "false",
                    "auto.offset.reset",
                    "earliest");
            try (var consumer =
                    new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                consumer.subscribe(List.of(TOPIC));
                while (!over.get()) {
                    consumer.poll(Duration.ofMillis(200));
                }
            }
        }

        void leave() throws InterruptedException {
            over.set(true);
            thread.join();
        }
    }
}
