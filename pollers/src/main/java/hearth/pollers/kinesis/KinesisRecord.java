package hearth.pollers.kinesis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import hearth.pollers.streams.StreamRecord;
import hearth.pollers.streams.Times;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.services.kinesis.model.Record;

/// A record as the function gets it (spec, control-plane.md §11, "Event JSON").
///
/// @param source the ARN of the mapping's source
record KinesisRecord(Record record, String shard, String source, String region) implements StreamRecord {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String VERSION = "1.0";

    /// What all other members take, with room for the longest role.
    private static final int FRAME = 1500;

    /// What a character of a key may become in JSON.
    private static final int ESCAPED = 6;

    @Override
    public String sequenceNumber() {
        return record.sequenceNumber();
    }

    @Override
    public String key() {
        return record.partitionKey();
    }

    @Override
    public Instant arrival() {
        return record.approximateArrivalTimestamp();
    }

    @Override
    public int size() {
        int bytes = record.data().asByteArrayUnsafe().length;
        return (bytes + 2) / 3 * 4 + ESCAPED * record.partitionKey().length() + 2 * source.length() + FRAME;
    }

    @Override
    public void write(ByteArrayOutputStream to, String role) {
        try (var json = JSON.createGenerator(to)) {
            json.writeStartObject();
            json.writeObjectFieldStart("kinesis");
            json.writeStringField("kinesisSchemaVersion", VERSION);
            json.writeStringField("partitionKey", record.partitionKey());
            json.writeStringField("sequenceNumber", record.sequenceNumber());
            json.writeBinaryField("data", record.data().asByteArrayUnsafe());
            json.writeNumberField("approximateArrivalTimestamp", Times.seconds(arrival()));
            json.writeEndObject();
            writeEnvelope(json);
            json.writeStringField("invokeIdentityArn", role);
            json.writeStringField("awsRegion", region);
            json.writeStringField("eventSourceARN", source);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeEnvelope(JsonGenerator json) throws IOException {
        json.writeStringField("eventSource", "aws:kinesis");
        json.writeStringField("eventVersion", VERSION);
        json.writeStringField("eventID", shard + ":" + record.sequenceNumber());
        json.writeStringField("eventName", "aws:kinesis:record");
    }

    @Override
    public byte[] metadata() {
        var bytes = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("kinesisSchemaVersion", VERSION);
            json.writeStringField("partitionKey", record.partitionKey());
            json.writeStringField("sequenceNumber", record.sequenceNumber());
            json.writeNumberField("approximateArrivalTimestamp", Times.seconds(arrival()));
            writeEnvelope(json);
            json.writeStringField("awsRegion", region);
            json.writeStringField("eventSourceARN", source);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public Optional<byte[]> payload(String member) {
        return Optional.of(record.data().asByteArrayUnsafe());
    }
}
