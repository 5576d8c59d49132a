package hearth.pollers.mq;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.jms.JMSException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.ActiveMQMapMessage;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQObjectMessage;
import org.apache.activemq.command.ActiveMQStreamMessage;
import org.apache.activemq.command.ActiveMQTextMessage;

/// ActiveMQ's messages as functions get them (spec, control-plane.md §11, "Event JSON").
final class ActiveMqMessages {
    private static final JsonFactory JSON = new JsonFactory();

    private ActiveMqMessages() {}

    static MqRecord<ActiveMQMessage> record(ActiveMQMessage message) {
        var data = data(message);
        var expires = message.getExpiration() > 0
                ? Optional.of(Instant.ofEpochMilli(message.getExpiration()))
                : Optional.<Instant>empty();
        return new MqRecord<>(
                message, data, json(message, Optional.empty()), json(message, Optional.of(data)), expires);
    }

    private static byte[] data(ActiveMQMessage message) {
        try {
            if (message instanceof ActiveMQTextMessage text) {
                return Objects.requireNonNullElse(text.getText(), "").getBytes(StandardCharsets.UTF_8);
            }
            if (message instanceof ActiveMQBytesMessage bytes) {
                var all = new byte[(int) bytes.getBodyLength()];
                if (all.length > 0) {
                    bytes.readBytes(all);
                }
                return all;
            }
        } catch (JMSException e) {
            // Bytes that are not of the message's type are still what was sent.
            return content(message);
        }
        return content(message);
    }

    private static byte[] content(ActiveMQMessage message) {
        var content = message.getContent();
        return content == null ? new byte[0] : content.toArray();
    }

    /// AWS documents the first two. Whoever sends others gets their bytes as they are on the wire.
    private static String type(ActiveMQMessage message) {
        return switch (message) {
            case ActiveMQTextMessage _ -> "jms/text-message";
            case ActiveMQBytesMessage _ -> "jms/bytes-message";
            case ActiveMQMapMessage _ -> "jms/map-message";
            case ActiveMQStreamMessage _ -> "jms/stream-message";
            case ActiveMQObjectMessage _ -> "jms/object-message";
            default -> "jms/message";
        };
    }

    private static byte[] json(ActiveMQMessage message, Optional<byte[]> data) {
        var json = new ByteArrayOutputStream(512);
        try (var to = JSON.createGenerator(json)) {
            to.writeStartObject();
            to.writeStringField("messageID", message.getJMSMessageID());
            to.writeStringField("messageType", type(message));
            to.writeNumberField("deliveryMode", message.getJMSDeliveryMode());
            to.writeStringField(
                    "replyTo",
                    message.getReplyTo() == null ? null : message.getReplyTo().getQualifiedName());
            to.writeStringField("type", message.getType());
            to.writeNumberField("expiration", message.getExpiration());
            to.writeNumberField("priority", message.getPriority());
            to.writeStringField("correlationId", message.getCorrelationId());
            to.writeBooleanField("redelivered", message.isRedelivered());
            to.writeObjectFieldStart("destination");
            to.writeStringField("physicalname", message.getDestination().getPhysicalName());
            to.writeEndObject();
            if (data.isPresent()) {
                to.writeBinaryField("data", data.get());
            }
            to.writeNumberField("timestamp", message.getTimestamp());
            to.writeNumberField("brokerInTime", message.getBrokerInTime());
            to.writeNumberField("brokerOutTime", message.getBrokerOutTime());
            writeProperties(message.getProperties(), to);
            to.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toByteArray();
    }

    /// As texts, whatever their types.
    private static void writeProperties(Map<String, Object> properties, JsonGenerator to) throws IOException {
        if (properties.isEmpty()) {
            return;
        }
        to.writeObjectFieldStart("properties");
        for (var property : properties.entrySet()) {
            to.writeStringField(property.getKey(), String.valueOf(property.getValue()));
        }
        to.writeEndObject();
    }
}
