package hearth.pollers.kinesis;

import hearth.pollers.streams.Position;
import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;

/// Where in a shard a subscription begins: what iterators are for `GetRecords`.
///
/// @param value the number or the time of a record; empty where the type is all
record Place(ShardIteratorType type, String value) {
    private static final String MARK = "subscription ";

    static Place of(Position position) {
        return switch (position) {
            case Position.TrimHorizon() -> new Place(ShardIteratorType.TRIM_HORIZON, "");
            case Position.Latest() -> new Place(ShardIteratorType.LATEST, "");
            case Position.AtTime(var time) -> new Place(ShardIteratorType.AT_TIMESTAMP, time.toString());
            case Position.After(var number) -> after(number);
        };
    }

    static Place after(String number) {
        return new Place(ShardIteratorType.AFTER_SEQUENCE_NUMBER, number);
    }

    /// @return empty of what Kinesis gave as an iterator
    static Optional<Place> parse(String iterator) {
        if (!iterator.startsWith(MARK)) {
            return Optional.empty();
        }
        var words = iterator.substring(MARK.length()).split(" ", -1);
        return Optional.of(new Place(ShardIteratorType.fromValue(words[0]), words[1]));
    }

    String iterator() {
        return MARK + type + " " + value;
    }

    /// Whether it is another place once something has come.
    boolean moves() {
        return type == ShardIteratorType.LATEST;
    }

    StartingPosition position() {
        var position = StartingPosition.builder().type(type);
        return switch (type) {
            case AFTER_SEQUENCE_NUMBER -> position.sequenceNumber(value).build();
            case AT_TIMESTAMP -> position.timestamp(Instant.parse(value)).build();
            default -> position.build();
        };
    }
}
