package hearth.pollers.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The events of one mapping: what they have beside records of a partition.
///
/// @param arn of the cluster; empty of one of its users' own
/// @param brokers as the mapping names them, with commas
record KafkaEvent(String arn, String brokers) {
    private static final JsonFactory JSON = new JsonFactory();

    String source() {
        return arn.isEmpty() ? "SelfManagedKafka" : "aws:kafka";
    }

    /// What an event of no records holds.
    int sizeOfFrame(String partition) {
        return frame(partition).length;
    }

    /// @param records of one partition
    byte[] of(List<KafkaRecord> records) {
        var frame = frame(records.getFirst().partition());
        // The three brackets that close the list, the map of partitions and the event.
        int tail = 3;
        int size =
                frame.length - 1 + records.stream().mapToInt(KafkaRecord::size).sum();
        var event = new byte[size];
        int at = frame.length - tail;
        System.arraycopy(frame, 0, event, 0, at);
        for (var record : records) {
            System.arraycopy(record.json(), 0, event, at, record.json().length);
            at += record.json().length;
            event[at++] = ',';
        }
        System.arraycopy(frame, frame.length - tail, event, at - 1, tail);
        return event;
    }

    private byte[] frame(String partition) {
        var bytes = new ByteArrayOutputStream();
        try (var to = JSON.createGenerator(bytes)) {
            to.writeStartObject();
            to.writeStringField("eventSource", source());
            if (!arn.isEmpty()) {
                to.writeStringField("eventSourceArn", arn);
            }
            to.writeStringField("bootstrapServers", brokers);
            to.writeObjectFieldStart("records");
            to.writeArrayFieldStart(partition);
            to.writeEndArray();
            to.writeEndObject();
            to.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Override
    public String toString() {
        return new String(frame("…"), StandardCharsets.UTF_8);
    }
}
