package hearth.pollers.kafka;

import hearth.pollers.PolledMapping;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/// The settings of a mapping that say what is read of a topic, and what becomes of it.
///
/// @param shares whether the group is a share group (`ConsumptionMode: Queue`)
/// @param position where a group begins that has read nothing yet; not of a share group
/// @param window for how long a batch is gathered
/// @param members of the consumer group
/// @param age after which a record is given up; empty for never
/// @param retries after which a batch is given up; empty for never
/// @param reports whether the function says which records it failed on
/// @param destination that is told of what was given up; empty for none
record KafkaRules(
        String topic,
        String group,
        boolean shares,
        Position position,
        int batchSize,
        Duration window,
        int members,
        Optional<Duration> age,
        Optional<Integer> retries,
        boolean bisects,
        boolean reports,
        String destination) {
    /// AWS's default, which no setting says.
    private static final Duration WINDOW = Duration.ofMillis(500);

    /// Of a mapping that would try for ever, and has a destination for what it gives up.
    private static final int RETRIES = 10;

    /// How many members a share group has of which nobody says how many: each works on one poll at a time.
    private static final int SHARERS = 5;

    /// Where a group begins.
    sealed interface Position {
        record Oldest() implements Position {}

        record Newest() implements Position {}

        record At(Instant time) implements Position {}
    }

    static KafkaRules of(PolledMapping mapping) {
        var settings = mapping.settings();
        var own = settings.selfManagedKafkaEventSourceConfig();
        var managed = settings.amazonManagedKafkaEventSourceConfig();
        var group = own != null ? own.consumerGroupId() : managed != null ? managed.consumerGroupId() : null;
        var window = settings.maximumBatchingWindowInSeconds();
        var pollers = settings.provisionedPollerConfig();
        int age = PolledMapping.number(settings.maximumRecordAgeInSeconds(), -1);
        int retries = PolledMapping.number(settings.maximumRetryAttempts(), -1);
        var destinations = settings.destinationConfig();
        var onFailure = destinations == null ? null : destinations.onFailure();
        var destination = onFailure == null ? "" : Objects.requireNonNullElse(onFailure.destination(), "");
        boolean shares = own != null && "Queue".equals(String.valueOf(own.consumptionMode()));
        return new KafkaRules(
                Objects.requireNonNull(settings.topics()).getFirst(),
                Objects.requireNonNullElse(group, mapping.id().uuid()),
                shares,
                position(mapping),
                PolledMapping.number(settings.batchSize(), 100),
                window == null ? WINDOW : Duration.ofSeconds(window),
                pollers == null ? shares ? SHARERS : 1 : Math.max(1, PolledMapping.number(pollers.minimumPollers(), 1)),
                age < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(age)),
                retries >= 0 ? Optional.of(retries) : destination.isEmpty() ? Optional.empty() : Optional.of(RETRIES),
                Boolean.TRUE.equals(settings.bisectBatchOnFunctionError()),
                mapping.reportsFailures(),
                destination);
    }

    /// Of records that a broker gives out for the last time: once the function has failed on them, the destination is
    /// told, if there is one. Whatever happened to them afterwards, nobody would.
    KafkaRules ofLastDelivery() {
        return new KafkaRules(
                topic,
                group,
                shares,
                position,
                batchSize,
                window,
                members,
                age,
                destination.isEmpty() ? retries : Optional.of(0),
                bisects,
                reports,
                destination);
    }

    private static Position position(PolledMapping mapping) {
        var settings = mapping.settings();
        return switch (String.valueOf(settings.startingPosition())) {
            case "LATEST" -> new Position.Newest();
            case "AT_TIMESTAMP" -> new Position.At(Objects.requireNonNull(settings.startingPositionTimestamp()));
            default -> new Position.Oldest();
        };
    }
}
