package hearth.pollers.mq;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/// The events of one mapping (spec, control-plane.md §11, "Event JSON").
///
/// @param begin what stands before the records
/// @param end what stands behind them
record MqEvent(byte[] begin, byte[] end) {
    private static final JsonFactory JSON = new JsonFactory();

    static MqEvent of(Engine engine, String arn, MqRules rules) {
        var bytes = new ByteArrayOutputStream();
        int tail;
        try (var to = JSON.createGenerator(bytes)) {
            to.writeStartObject();
            to.writeStringField("eventSource", engine == Engine.ACTIVEMQ ? "aws:mq" : "aws:rmq");
            to.writeStringField("eventSourceArn", arn);
            if (engine == Engine.ACTIVEMQ) {
                to.writeArrayFieldStart("messages");
                tail = "]}".length();
            } else {
                to.writeObjectFieldStart("rmqMessagesByQueue");
                to.writeArrayFieldStart(rules.queue() + "::" + rules.virtualHost());
                tail = "]}}".length();
            }
            // Leaving the block closes what is open.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var frame = bytes.toByteArray();
        int at = frame.length - tail;
        return new MqEvent(Arrays.copyOf(frame, at), Arrays.copyOfRange(frame, at, frame.length));
    }

    /// What an event of no records holds.
    int size() {
        return begin.length + end.length;
    }

    byte[] of(List<? extends MqRecord<?>> records) {
        var event =
                new byte[size() - 1 + records.stream().mapToInt(MqRecord::size).sum()];
        System.arraycopy(begin, 0, event, 0, begin.length);
        int at = begin.length;
        for (var record : records) {
            System.arraycopy(record.json(), 0, event, at, record.json().length);
            at += record.json().length;
            event[at++] = ',';
        }
        System.arraycopy(end, 0, event, at - 1, end.length);
        return event;
    }
}
