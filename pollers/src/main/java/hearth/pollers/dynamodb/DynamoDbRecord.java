package hearth.pollers.dynamodb;

import com.fasterxml.jackson.core.JsonFactory;
import hearth.pollers.streams.StreamRecord;
import hearth.pollers.streams.Times;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.model.Record;

/// A change of an item as the function gets it (spec, control-plane.md §11, "Event JSON").
///
/// @param key of the item
/// @param json the member of `Records`
record DynamoDbRecord(String sequenceNumber, String key, Instant arrival, byte[] json) implements StreamRecord {
    private static final JsonFactory JSON = new JsonFactory();

    /// @param source the ARN of the stream
    static DynamoDbRecord of(Record record, String source, String region) {
        var change = record.dynamodb();
        var arrival = Objects.requireNonNullElse(change.approximateCreationDateTime(), Instant.EPOCH);
        return new DynamoDbRecord(
                change.sequenceNumber(),
                // In one order, whichever the service writes them in.
                new TreeMap<>(change.keys()).toString(),
                arrival,
                json(record, arrival, source, region));
    }

    private static byte[] json(Record record, Instant arrival, String source, String region) {
        var change = record.dynamodb();
        var bytes = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("eventID", record.eventID());
            json.writeStringField("eventName", record.eventNameAsString());
            json.writeStringField("eventVersion", Objects.requireNonNullElse(record.eventVersion(), "1.1"));
            json.writeStringField("eventSource", "aws:dynamodb");
            json.writeStringField("awsRegion", region);
            json.writeObjectFieldStart("dynamodb");
            json.writeNumberField("ApproximateCreationDateTime", Times.seconds(arrival));
            AttributeJson.write(json, "Keys", change.keys());
            if (change.hasNewImage()) {
                AttributeJson.write(json, "NewImage", change.newImage());
            }
            if (change.hasOldImage()) {
                AttributeJson.write(json, "OldImage", change.oldImage());
            }
            json.writeStringField("SequenceNumber", change.sequenceNumber());
            if (change.sizeBytes() != null) {
                json.writeNumberField("SizeBytes", change.sizeBytes());
            }
            if (change.streamViewType() != null) {
                json.writeStringField("StreamViewType", change.streamViewTypeAsString());
            }
            json.writeEndObject();
            var identity = record.userIdentity();
            if (identity != null) {
                json.writeObjectFieldStart("userIdentity");
                json.writeStringField("principalId", identity.principalId());
                json.writeStringField("type", identity.type());
                json.writeEndObject();
            }
            json.writeStringField("eventSourceARN", source);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
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
