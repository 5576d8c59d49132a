package hearth.model.filter;

import java.util.Set;

/// The kinds of event sources whose records are filtered.
public enum RecordSource {
    SQS,

    /// Only JSON is filtered: what else a pattern asks of `data` holds for no record.
    KINESIS,

    /// A record is JSON all through, `dynamodb` as well.
    DYNAMODB,

    /// Amazon MSK and self-managed.
    KAFKA,

    /// ActiveMQ and RabbitMQ.
    MQ,

    /// AWS filters none of its events.
    DOCUMENTDB;

    /// The members of a record that hold what its sender wrote, in any format.
    public Set<String> payloads() {
        return switch (this) {
            case SQS -> Set.of("body");
            case KINESIS, MQ -> Set.of("data");
            case DYNAMODB, DOCUMENTDB -> Set.of();
            case KAFKA -> Set.of("key", "value");
        };
    }

    /// What becomes of a payload that is plain text where the pattern has JSON for it, or the other way round. AWS's
    /// page of each source ("Using event filtering with …") has a table: the record is dropped, or its metadata
    /// alone is filtered.
    Outcome onMismatch() {
        return switch (this) {
            case SQS, KINESIS, DYNAMODB, DOCUMENTDB -> Outcome.FAILS;
            case KAFKA, MQ -> Outcome.HOLDS;
        };
    }

    boolean filtersPlainText() {
        return this != KINESIS;
    }
}
