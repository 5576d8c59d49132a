package hearth.pollers.documentdb;

import hearth.pollers.streams.StreamRecord;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/// A change as the function gets it: what the cluster said of it, as relaxed Extended JSON (spec, control-plane.md
/// §11, "Event JSON").
///
/// @param sequenceNumber the resume token, as JSON
/// @param json the member of `events`
record ChangeRecord(String sequenceNumber, Instant arrival, byte[] json) implements StreamRecord {
    private static final JsonWriterSettings RELAXED =
            JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

    static ChangeRecord of(RawBsonDocument change) {
        var time = change.get("clusterTime");
        return new ChangeRecord(
                change.getDocument("_id").toJson(RELAXED),
                time == null
                        ? Instant.EPOCH
                        : Instant.ofEpochSecond(time.asTimestamp().getTime()),
                ("{\"event\":" + change.toJson(RELAXED) + "}").getBytes(StandardCharsets.UTF_8));
    }

    static BsonDocument token(String sequenceNumber) {
        return BsonDocument.parse(sequenceNumber);
    }

    /// Changes of all documents are one order.
    @Override
    public String key() {
        return "";
    }

    @Override
    public int size() {
        return json.length + 1;
    }

    @Override
    public void write(ByteArrayOutputStream to, String role) {
        to.writeBytes(json);
    }

    @Override
    public byte[] metadata() {
        return json;
    }

    @Override
    public Optional<byte[]> payload(String member) {
        return Optional.empty();
    }
}
