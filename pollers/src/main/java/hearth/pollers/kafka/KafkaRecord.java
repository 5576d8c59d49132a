package hearth.pollers.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import hearth.model.filter.SourceRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// A record of a topic as the function gets it (spec, control-plane.md §11, "Event JSON").
///
/// @param json the member of `records`
record KafkaRecord(ConsumerRecord<byte[], byte[]> source, byte[] json) implements SourceRecord {
    private static final JsonFactory JSON = new JsonFactory();

    static KafkaRecord of(ConsumerRecord<byte[], byte[]> source) {
        return new KafkaRecord(source, json(source, true));
    }

    private static byte[] json(ConsumerRecord<byte[], byte[]> record, boolean payloads) {
        var json = new ByteArrayOutputStream(256);
        try (var to = JSON.createGenerator(json)) {
            to.writeStartObject();
            to.writeStringField("topic", record.topic());
            to.writeNumberField("partition", record.partition());
            to.writeNumberField("offset", record.offset());
            to.writeNumberField("timestamp", record.timestamp());
            to.writeStringField("timestampType", record.timestampType().name());
            if (payloads && record.key() != null) {
                to.writeBinaryField("key", record.key());
            }
            if (payloads && record.value() != null) {
                to.writeBinaryField("value", record.value());
            }
            to.writeArrayFieldStart("headers");
            for (var header : record.headers()) {
                to.writeStartObject();
                to.writeFieldName(header.key());
                writeSigned(header.value(), to);
                to.writeEndObject();
            }
            to.writeEndArray();
            to.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toByteArray();
    }

    /// A header without a value is empty here: AWS's own libraries for functions fail on one that is null.
    private static void writeSigned(byte[] bytes, JsonGenerator to) throws IOException {
        to.writeStartArray();
        if (bytes != null) {
            for (byte each : bytes) {
                to.writeNumber(each);
            }
        }
        to.writeEndArray();
    }

    @Override
    public byte[] metadata() {
        return json(source, false);
    }

    @Override
    public Optional<byte[]> payload(String member) {
        return Optional.ofNullable(member.equals("key") ? source.key() : source.value());
    }

    long offset() {
        return source.offset();
    }

    Instant time() {
        return Instant.ofEpochMilli(source.timestamp());
    }

    /// As a function that fails on it names it.
    String id() {
        return partition() + "@" + source.offset();
    }

    /// The topic and the number of the partition.
    String partition() {
        return source.topic() + "-" + source.partition();
    }

    /// What it takes until the function has run on it: as it was read, as JSON, and its place in the event.
    long memory() {
        return 2L * size() + Math.max(0, source.serializedKeySize()) + Math.max(0, source.serializedValueSize());
    }

    /// What the record adds to an event, with the comma.
    int size() {
        return json.length + 1;
    }
}
