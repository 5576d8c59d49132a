package hearth.pollers.mq;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.LongString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// RabbitMQ's messages as functions get them (spec, control-plane.md §11, "Event JSON"): as Gson writes the client's
/// objects.
final class RabbitMqMessages {
    private static final JsonFactory JSON = new JsonFactory();

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("MMM d, y, h:mm:ss a", Locale.US).withZone(ZoneOffset.UTC);

    private RabbitMqMessages() {}

    /// @param now from when on its time to live is counted: nobody knows for how long it lay in the queue
    static MqRecord<Delivery> record(Delivery message, Instant now) {
        return new MqRecord<>(
                message,
                message.getBody(),
                json(message, false),
                json(message, true),
                timeToLive(message.getProperties().getExpiration()).map(now::plusMillis));
    }

    private static Optional<Long> timeToLive(@Nullable String expiration) {
        try {
            return expiration == null ? Optional.empty() : Optional.of(Long.valueOf(expiration));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static byte[] json(Delivery message, boolean withData) {
        var json = new ByteArrayOutputStream(message.getBody().length + 512);
        var envelope = message.getEnvelope();
        var properties = message.getProperties();
        try (var to = JSON.createGenerator(json)) {
            to.writeStartObject();
            to.writeObjectFieldStart("basicProperties");
            to.writeStringField("contentType", properties.getContentType());
            to.writeStringField("contentEncoding", properties.getContentEncoding());
            to.writeFieldName("headers");
            write(properties.getHeaders(), to);
            to.writeFieldName("deliveryMode");
            write(properties.getDeliveryMode(), to);
            to.writeFieldName("priority");
            write(properties.getPriority(), to);
            to.writeStringField("correlationId", properties.getCorrelationId());
            to.writeStringField("replyTo", properties.getReplyTo());
            to.writeStringField("expiration", properties.getExpiration());
            to.writeStringField("messageId", properties.getMessageId());
            to.writeFieldName("timestamp");
            write(properties.getTimestamp(), to);
            to.writeStringField("type", properties.getType());
            to.writeStringField("userId", properties.getUserId());
            to.writeStringField("appId", properties.getAppId());
            to.writeStringField("clusterId", properties.getClusterId());
            to.writeNumberField("bodySize", message.getBody().length);
            to.writeEndObject();
            to.writeBooleanField("redelivered", envelope.isRedeliver());
            if (withData) {
                to.writeBinaryField("data", message.getBody());
            }
            to.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toByteArray();
    }

    /// A value of a header, of those that AMQP has.
    private static void write(@Nullable Object value, JsonGenerator to) throws IOException {
        switch (value) {
            case null -> to.writeNull();
            case LongString text -> {
                to.writeStartObject();
                to.writeFieldName("bytes");
                writeSigned(text.getBytes(), to);
                to.writeEndObject();
            }
            case byte[] bytes -> writeSigned(bytes, to);
            case Boolean flag -> to.writeBoolean(flag);
            // JSON has no infinity, and no number that is none.
            case Double number when !Double.isFinite(number) -> to.writeNull();
            case Float number when !Float.isFinite(number) -> to.writeNull();
            case BigDecimal number -> to.writeNumber(number);
            case Double number -> to.writeNumber(number);
            case Float number -> to.writeNumber(number);
            case Number number -> to.writeNumber(number.longValue());
            case Date time -> to.writeString(TIME.format(time.toInstant()));
            case Map<?, ?> table -> {
                to.writeStartObject();
                for (var entry : table.entrySet()) {
                    to.writeFieldName(String.valueOf(entry.getKey()));
                    write(entry.getValue(), to);
                }
                to.writeEndObject();
            }
            case List<?> list -> {
                to.writeStartArray();
                for (var each : list) {
                    write(each, to);
                }
                to.writeEndArray();
            }
            default -> to.writeString(value.toString());
        }
    }

    private static void writeSigned(byte[] bytes, JsonGenerator to) throws IOException {
        to.writeStartArray();
        for (byte each : bytes) {
            to.writeNumber(each);
        }
        to.writeEndArray();
    }
}
