package hearth.pollers.streams;

import com.fasterxml.jackson.core.JsonFactory;
import hearth.pollers.PolledMapping;
import hearth.pollers.streams.Batch.Condition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/// What a destination is told of records that were given up (spec, control-plane.md §11, "Failure handling").
final class FailureRecord {
    private static final JsonFactory JSON = new JsonFactory();
    private static final DateTimeFormatter TIME = utc("uuuu-MM-dd'T'HH:mm:ss.SSSX");
    private static final DateTimeFormatter DAY = utc("uuuu/MM/dd");
    private static final DateTimeFormatter SECOND = utc("uuuu-MM-dd'T'HH.mm.ss");

    private FailureRecord() {}

    private static DateTimeFormatter utc(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    /// The function's last run on records of the batch.
    ///
    /// @param version that ran
    /// @param error as `X-Amz-Function-Error` would say it; empty when it answered that records failed
    record LastRun(String requestId, String version, String error) {}

    /// @param batch has records, and was given up
    /// @param info the name of the member that says what failed
    /// @param payload the event of the batch, for a destination that has room for it
    static byte[] of(
            PolledMapping mapping,
            Batch batch,
            String shard,
            String info,
            Optional<LastRun> run,
            String requestId,
            Optional<byte[]> payload,
            Instant now) {
        var records = batch.contents();
        var bytes = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart("requestContext");
            json.writeStringField("requestId", requestId);
            json.writeStringField("functionArn", mapping.function().arn());
            json.writeStringField(
                    "condition", batch.given().map(Condition::wireName).orElseThrow());
            json.writeNumberField("approximateInvokeCount", batch.runs());
            json.writeEndObject();
            if (run.isPresent()) {
                json.writeObjectFieldStart("responseContext");
                json.writeNumberField("statusCode", 200);
                json.writeStringField("executedVersion", run.get().version());
                if (!run.get().error().isEmpty()) {
                    json.writeStringField("functionError", run.get().error());
                }
                json.writeEndObject();
            }
            json.writeStringField("version", "1.0");
            json.writeStringField("timestamp", TIME.format(now));
            json.writeObjectFieldStart(info);
            json.writeStringField("shardId", shard);
            json.writeStringField("startSequenceNumber", records.getFirst().sequenceNumber());
            json.writeStringField("endSequenceNumber", records.getLast().sequenceNumber());
            json.writeStringField(
                    "approximateArrivalOfFirstRecord",
                    TIME.format(records.getFirst().arrival()));
            json.writeStringField(
                    "approximateArrivalOfLastRecord",
                    TIME.format(records.getLast().arrival()));
            json.writeNumberField("batchSize", records.size());
            json.writeStringField("streamArn", mapping.source());
            json.writeEndObject();
            if (payload.isPresent()) {
                json.writeStringField("payload", new String(payload.get(), StandardCharsets.UTF_8));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// Where it lies in a bucket.
    static String key(PolledMapping mapping, String shard, String id, Instant now) {
        return "aws/lambda/" + mapping.id().uuid() + "/" + shard + "/" + DAY.format(now) + "/" + SECOND.format(now)
                + "-" + id;
    }
}
