package hearth.pollers.streams;

import com.fasterxml.jackson.core.JsonFactory;
import hearth.cluster.ShardCheckpoint.WindowState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/// The event of a batch (spec, control-plane.md §11, "Event JSON").
final class BatchEvent {
    private static final JsonFactory JSON = new JsonFactory();

    private BatchEvent() {}

    /// @param role of the function
    static byte[] of(Batch batch, String shard, String stream, Duration tumbling, String role, EventFrame frame) {
        var records = batch.contents();
        var event = new ByteArrayOutputStream(
                records.stream().mapToInt(StreamRecord::size).sum() + 1024);
        text(event, frame.begin());
        for (int i = 0; i < records.size(); i++) {
            if (i > 0) {
                event.write(',');
            }
            records.get(i).write(event, role);
        }
        text(event, "]");
        batch.window().ifPresent(window -> text(event, window(batch, window, shard, stream, tumbling)));
        text(event, frame.end());
        return event.toByteArray();
    }

    private static String window(Batch batch, WindowState window, String shard, String stream, Duration tumbling) {
        var start = Instant.ofEpochMilli(window.start());
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeObjectFieldStart("window");
            json.writeStringField("start", start.toString());
            json.writeStringField("end", start.plus(tumbling).toString());
            json.writeEndObject();
            json.writeFieldName("state");
            json.writeRawValue(window.state());
            json.writeStringField("shardId", shard);
            json.writeStringField("eventSourceARN", stream);
            json.writeBooleanField("isFinalInvokeForWindow", batch.last());
            json.writeBooleanField("isWindowTerminatedEarly", batch.last() && ShardWork.isTooLarge(window));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var object = text.toString();
        return "," + object.substring(1, object.length() - 1);
    }

    private static void text(ByteArrayOutputStream to, String text) {
        to.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
