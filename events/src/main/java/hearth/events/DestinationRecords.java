package hearth.events;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The JSON that destinations and dead letter queues get: an invocation's record, and what a failure says of itself.
final class DestinationRecords {
    /// What a function could answer, a record can hold.
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /// What of a failure's message a dead letter has: 1 KB.
    private static final int MESSAGE_BYTES = 1024;

    private DestinationRecords() {}

    /// The record of an event that is done, version 1.0.
    ///
    /// @param answer of the function that succeeded; null of an event that was given up
    static byte[] of(Verdict.Done done, Attempt.@Nullable Succeeded answer, Instant now) {
        var event = done.event();
        var bytes = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("version", "1.0");
            json.writeStringField("timestamp", TIME.format(now));
            json.writeObjectFieldStart("requestContext");
            json.writeStringField("requestId", event.invocation().requestId());
            json.writeStringField("functionArn", event.function().arn(event.qualifier()));
            json.writeStringField("condition", done.condition().wireName());
            json.writeNumberField("approximateInvokeCount", done.attempts());
            json.writeEndObject();
            payload(json, "requestPayload", event.invocation().payload());
            if (answer != null) {
                response(json, answer.version(), null, answer.payload());
            } else if (done.condition() != Verdict.Condition.ZERO_RESERVED_CONCURRENCY
                    && event.lastFailure().isPresent()) {
                var failure = event.lastFailure().get();
                response(json, failure.version(), failure.error(), failure.payload());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void response(JsonGenerator json, String version, @Nullable String error, byte[] payload)
            throws IOException {
        json.writeObjectFieldStart("responseContext");
        json.writeNumberField("statusCode", 200);
        json.writeStringField("executedVersion", version);
        if (error != null) {
            json.writeStringField("functionError", error);
        }
        json.writeEndObject();
        payload(json, "responsePayload", payload);
    }

    /// As it is, byte for byte; what is no JSON becomes a string.
    private static void payload(JsonGenerator json, String name, byte[] payload) throws IOException {
        json.writeFieldName(name);
        var text = new String(payload, StandardCharsets.UTF_8);
        if (payload.length == 0) {
            json.writeNull();
        } else if (isJson(text)) {
            json.writeRawValue(text.strip());
        } else {
            json.writeString(text);
        }
    }

    private static boolean isJson(String payload) {
        try (JsonParser json = JSON.createParser(payload)) {
            if (json.nextToken() == null) {
                return false;
            }
            json.skipChildren();
            return json.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /// What the message of a failure says: its `errorMessage`, as far as a dead letter has room for it.
    static String errorMessage(byte[] failure) {
        return cut(printable(message(failure)));
    }

    private static String message(byte[] failure) {
        try (JsonParser json = JSON.createParser(failure)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    boolean wanted = json.currentName().equals("errorMessage");
                    var value = json.nextToken();
                    if (wanted && value.isScalarValue()) {
                        return json.getText();
                    }
                    json.skipChildren();
                }
            }
        } catch (IOException e) {
            // Then all of it is the message.
        }
        return new String(failure, StandardCharsets.UTF_8);
    }

    /// With a replacement for each character that messages of SQS and SNS may not have: those that XML 1.0 has not.
    private static String printable(String text) {
        var printable = new StringBuilder(text.length());
        text.codePoints().map(c -> isPrintable(c) ? c : 0xfffd).forEach(printable::appendCodePoint);
        return printable.toString();
    }

    private static boolean isPrintable(int c) {
        return c == '\t'
                || c == '\n'
                || c == '\r'
                || (c >= ' ' && c <= 0xd7ff)
                || (c >= 0xe000 && c <= 0xfffd)
                || c >= 0x10000;
    }

    /// Between two characters.
    private static String cut(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MESSAGE_BYTES) {
            return text;
        }
        int end = MESSAGE_BYTES;
        while ((bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
