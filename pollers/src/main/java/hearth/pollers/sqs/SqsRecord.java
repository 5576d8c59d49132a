package hearth.pollers.sqs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import hearth.model.filter.SourceRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/// A message as the function gets it (spec, control-plane.md §11, "Event JSON").
///
/// @param json the member of `Records`
record SqsRecord(Message message, Queue queue, byte[] json) implements SourceRecord {
    private static final JsonFactory JSON = new JsonFactory();
    private static final byte[] BEGIN = {'{', '"', 'R', 'e', 'c', 'o', 'r', 'd', 's', '"', ':', '['};
    private static final byte[] END = {']', '}'};

    /// In the order in which AWS writes them.
    private static final List<MessageSystemAttributeName> ATTRIBUTES = List.of(
            MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT,
            MessageSystemAttributeName.AWS_TRACE_HEADER,
            MessageSystemAttributeName.SENT_TIMESTAMP,
            MessageSystemAttributeName.SEQUENCE_NUMBER,
            MessageSystemAttributeName.MESSAGE_GROUP_ID,
            MessageSystemAttributeName.SENDER_ID,
            MessageSystemAttributeName.MESSAGE_DEDUPLICATION_ID,
            MessageSystemAttributeName.APPROXIMATE_FIRST_RECEIVE_TIMESTAMP,
            MessageSystemAttributeName.DEAD_LETTER_QUEUE_SOURCE_ARN);

    static SqsRecord of(Message message, Queue queue) {
        return new SqsRecord(message, queue, json(message, queue, true));
    }

    /// Without what the function's event has already, of which memory is to hold no second copy. Filters can no longer
    /// look at it.
    SqsRecord withoutBody() {
        var rest = Message.builder().messageId(message.messageId()).receiptHandle(message.receiptHandle());
        var trace = traceHeader();
        if (trace != null) {
            rest.attributes(Map.of(MessageSystemAttributeName.AWS_TRACE_HEADER, trace));
        }
        return new SqsRecord(rest.build(), queue, json);
    }

    private static byte[] json(Message message, Queue queue, boolean withBody) {
        var json = new ByteArrayOutputStream(message.body().length() + 1024);
        try (var to = JSON.createGenerator(json)) {
            to.writeStartObject();
            to.writeStringField("messageId", message.messageId());
            to.writeStringField("receiptHandle", message.receiptHandle());
            if (withBody) {
                to.writeStringField("body", message.body());
            }
            to.writeObjectFieldStart("attributes");
            for (var attribute : ATTRIBUTES) {
                var value = message.attributes().get(attribute);
                if (value != null) {
                    to.writeStringField(attribute.toString(), value);
                }
            }
            to.writeEndObject();
            to.writeObjectFieldStart("messageAttributes");
            for (var attribute : message.messageAttributes().entrySet()) {
                to.writeFieldName(attribute.getKey());
                write(attribute.getValue(), to);
            }
            to.writeEndObject();
            if (message.md5OfMessageAttributes() != null) {
                to.writeStringField("md5OfMessageAttributes", message.md5OfMessageAttributes());
            }
            to.writeStringField("md5OfBody", message.md5OfBody());
            to.writeStringField("eventSource", "aws:sqs");
            to.writeStringField("eventSourceARN", queue.arn());
            to.writeStringField("awsRegion", queue.region());
            to.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toByteArray();
    }

    @Override
    public byte[] metadata() {
        return json(message, queue, false);
    }

    @Override
    public Optional<byte[]> payload(String member) {
        return Optional.of(message.body().getBytes(StandardCharsets.UTF_8));
    }

    private static void write(MessageAttributeValue value, JsonGenerator to) throws IOException {
        to.writeStartObject();
        if (value.stringValue() != null) {
            to.writeStringField("stringValue", value.stringValue());
        }
        if (value.binaryValue() != null) {
            to.writeBinaryField("binaryValue", value.binaryValue().asByteArrayUnsafe());
        }
        to.writeArrayFieldStart("stringListValues");
        to.writeEndArray();
        to.writeArrayFieldStart("binaryListValues");
        to.writeEndArray();
        to.writeStringField("dataType", value.dataType());
        to.writeEndObject();
    }

    String id() {
        return message.messageId();
    }

    @Nullable
    String traceHeader() {
        return message.attributes().get(MessageSystemAttributeName.AWS_TRACE_HEADER);
    }

    /// What the record adds to an event, with the comma.
    int size() {
        return json.length + 1;
    }

    /// What it takes until the function has run on it: itself, and its place in the event.
    long memory() {
        return 2L * size();
    }

    /// What an event of no records holds.
    static int sizeOfEvent() {
        return BEGIN.length + END.length;
    }

    static byte[] event(List<SqsRecord> records) {
        var event = new byte
                [sizeOfEvent() + records.stream().mapToInt(SqsRecord::size).sum() - 1];
        System.arraycopy(BEGIN, 0, event, 0, BEGIN.length);
        int at = BEGIN.length;
        for (var record : records) {
            System.arraycopy(record.json, 0, event, at, record.json.length);
            at += record.json.length;
            event[at++] = ',';
        }
        System.arraycopy(END, 0, event, at - 1, END.length);
        return event;
    }
}
