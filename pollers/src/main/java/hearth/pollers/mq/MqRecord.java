package hearth.pollers.mq;

import hearth.model.filter.SourceRecord;
import java.time.Instant;
import java.util.Optional;

/// A message as the function gets it, of the connection that it came by.
///
/// @param message the client's own
/// @param data what its sender wrote
/// @param metadata its JSON without `data`, for filters; AWS documents none but `data` to be filtered
/// @param json the member of the event's list
/// @param expires when nobody wants it any more; empty for never
record MqRecord<M>(M message, byte[] data, byte[] metadata, byte[] json, Optional<Instant> expires)
        implements SourceRecord {
    @Override
    public Optional<byte[]> payload(String member) {
        return Optional.of(data);
    }

    /// What the record adds to an event, with the comma.
    int size() {
        return json.length + 1;
    }

    /// What it takes until the function has run on it: as it came, as JSON, and its place in the event.
    long memory() {
        return 2L * size() + data.length;
    }

    boolean hasExpired(Instant now) {
        return expires.filter(end -> !now.isBefore(end)).isPresent();
    }
}
