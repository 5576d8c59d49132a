package hearth.pollers.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import hearth.pollers.PolledMapping;
import hearth.pollers.kafka.Batch.Condition;
import hearth.pollers.kafka.Batch.Piece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a destination is told of records that were given up, as the guide's pages "Capturing discarded batches" and
/// "Using a Kafka topic as an on-failure destination" have it.
///
/// @param run of the function, the last on these records; empty when there was none
record FailureRecord(
        PolledMapping mapping, KafkaEvent events, Condition condition, int runs, Optional<LastRun> run, Instant now) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final DateTimeFormatter TIME = utc("uuuu-MM-dd'T'HH:mm:ss.SSSX");
    private static final DateTimeFormatter DAY = utc("uuuu/MM/dd");
    private static final DateTimeFormatter SECOND = utc("uuuu-MM-dd'T'HH.mm.ss");

    /// @param version that ran
    /// @param error as `X-Amz-Function-Error` would say it; empty when it answered that records failed
    record LastRun(String requestId, String version, String error) {}

    private static DateTimeFormatter utc(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    @FunctionalInterface
    private interface Part {
        void write(JsonGenerator json) throws IOException;
    }

    /// Of all records of a piece, for a queue, a topic of SNS or a bucket.
    ///
    /// @param withPayload whether the event itself is in it
    byte[] ofPiece(Piece piece, String requestId, boolean withPayload) {
        var event = events.of(piece.records());
        var first = piece.records().getFirst();
        var last = piece.records().getLast();
        return record(requestId, mapping.function().arn(), condition.wireName(), json -> {
            json.writeObjectFieldStart("KafkaBatchInfo");
            info(json, piece.records().size(), event.length);
            json.writeObjectFieldStart("recordsInfo");
            json.writeObjectFieldStart(first.partition());
            json.writeStringField("firstRecordOffset", Long.toString(first.offset()));
            json.writeStringField("lastRecordOffset", Long.toString(last.offset()));
            json.writeStringField("firstRecordTimestamp", TIME.format(first.time()));
            json.writeStringField("lastRecordTimestamp", TIME.format(last.time()));
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndObject();
            if (withPayload) {
                json.writeStringField("payload", new String(event, StandardCharsets.UTF_8));
            }
        });
    }

    /// Of one record, for a topic of Kafka. That page words the condition and the function's ARN otherwise.
    byte[] ofRecord(KafkaRecord record, String requestId) {
        var event = events.of(List.of(record));
        var words = condition == Condition.RETRIES ? "RetriesExhausted" : condition.wireName();
        return record(requestId, mapping.function().arn(mapping.qualifier()), words, json -> {
            json.writeObjectFieldStart("KafkaBatchInfo");
            info(json, 1, event.length);
            json.writeObjectFieldStart("recordInfo");
            json.writeStringField("offset", Long.toString(record.offset()));
            json.writeStringField("timestamp", TIME.format(record.time()));
            json.writeEndObject();
            json.writeEndObject();
            json.writeFieldName("payload");
            json.writeRawValue(new String(event, StandardCharsets.UTF_8));
        });
    }

    private void info(JsonGenerator json, int count, int size) throws IOException {
        json.writeNumberField("batchSize", count);
        if (!events.arn().isEmpty()) {
            json.writeStringField("eventSourceArn", events.arn());
        }
        json.writeStringField("bootstrapServers", events.brokers());
        json.writeNumberField("payloadSize", size);
    }

    private byte[] record(String requestId, String arn, String words, Part rest) {
        var bytes = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart("requestContext");
            json.writeStringField("requestId", run.map(LastRun::requestId).orElse(requestId));
            json.writeStringField("functionArn", arn);
            json.writeStringField("condition", words);
            json.writeNumberField("approximateInvokeCount", runs);
            json.writeEndObject();
            if (run.isPresent()) {
                json.writeObjectFieldStart("responseContext");
                json.writeNumberField("statusCode", 200);
                json.writeStringField("executedVersion", run.get().version());
                if (!run.get().error().isEmpty()) {
                    json.writeStringField("functionError", run.get().error());
                }
                json.writeEndObject();
            } else {
                json.writeNullField("responseContext");
            }
            json.writeStringField("version", "1.0");
            json.writeStringField("timestamp", TIME.format(now));
            rest.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// Where it lies in a bucket.
    String key(String partition, String id) {
        return "aws/lambda/" + mapping.id().uuid() + "/" + partition + "/" + DAY.format(now) + "/" + SECOND.format(now)
                + "-" + id;
    }
}
