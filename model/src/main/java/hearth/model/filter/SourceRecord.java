package hearth.model.filter;

import java.util.Optional;

/// A record of an event source, as far as filters look at it. Nothing is asked for that no pattern names.
public interface SourceRecord {
    /// An object of JSON, in UTF-8, of all members but the payloads. Kinesis's patterns name `partitionKey` and
    /// the other members of `kinesis` without that name before them.
    byte[] metadata();

    /// What the sender wrote for one of [RecordSource#payloads()], before any base64; empty when the record has
    /// none, as a Kafka record without a key.
    Optional<byte[]> payload(String member);
}
