package hearth.pollers.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.model.EventSourceMappingId;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.api.EventSourceMappingConfiguration;
import hearth.pollers.PolledMapping;
import hearth.pollers.kafka.Batch.Condition;
import hearth.pollers.kafka.Batch.Piece;
import hearth.pollers.kafka.FailureRecord.LastRun;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FailureRecordTest {
    private static final String CLUSTER = "arn:aws:kafka:eu-west-1:000000000000:cluster/c/1";
    private static final String UUID = "11111111-2222-3333-4444-555555555555";
    private static final Piece PIECE = new Piece(Records.records(7, 9), 2, 3, Optional.of(Condition.RETRIES));
    private static final KafkaEvent EVENTS = new KafkaEvent(CLUSTER, "a:1");

    @Test
    void tellsOfAllRecordsOfABatch() {
        var record = record(Condition.RETRIES, Optional.of(new LastRun("run-1", "$LATEST", "Unhandled")));

        assertThat(text(record.ofPiece(PIECE, "id-2", false)))
                .isEqualTo("{\"requestContext\":{\"requestId\":\"run-1\","
                        + "\"functionArn\":\"arn:aws:lambda:eu-west-1:000000000000:function:f\","
                        + "\"condition\":\"RetryAttemptsExhausted\",\"approximateInvokeCount\":3},"
                        + "\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"$LATEST\",\"functionError\":\"Unhandled\"},"
                        + "\"version\":\"1.0\",\"timestamp\":\"1970-01-01T00:01:40.000Z\",\"KafkaBatchInfo\":{\"batchSize\":2,"
                        + "\"eventSourceArn\":\"" + CLUSTER + "\",\"bootstrapServers\":\"a:1\",\"payloadSize\":"
                        + EVENTS.of(PIECE.records()).length
                        + ",\"recordsInfo\":{\"orders-0\":{\"firstRecordOffset\":\"7\","
                        + "\"lastRecordOffset\":\"8\",\"firstRecordTimestamp\":\"1970-01-01T00:00:07.000Z\","
                        + "\"lastRecordTimestamp\":\"1970-01-01T00:00:08.000Z\"}}}}");
        assertThat(text(record.ofPiece(PIECE, "id-2", true)))
                .contains(",\"payload\":\"{\\\"eventSource\\\":\\\"aws:kafka\\\",")
                .endsWith("]}}\"}");
        assertThat(record.key("orders-0", "id-2"))
                .isEqualTo("aws/lambda/" + UUID + "/orders-0/1970/01/01/1970-01-01T00.01.40-id-2");
    }

    @Test
    void tellsOfWhatWasNeverRun() {
        assertThat(text(record(Condition.SIZE, Optional.empty()).ofPiece(PIECE, "id-2", false)))
                .startsWith("{\"requestContext\":{\"requestId\":\"id-2\",")
                .contains("\"condition\":\"MaximumPayloadSizeExceeded\"", "\"responseContext\":null,");
    }

    @Test
    void tellsATopicOfEachRecordWithTheRecord() {
        var record = record(Condition.RETRIES, Optional.of(new LastRun("run-1", "$LATEST", "")));

        assertThat(text(record.ofRecord(PIECE.records().getFirst(), "id-2")))
                .contains(
                        "function:f:$LATEST\",\"condition\":\"RetriesExhausted\"",
                        "\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"$LATEST\"}",
                        "\"recordInfo\":{\"offset\":\"7\",\"timestamp\":\"1970-01-01T00:00:07.000Z\"}},"
                                + "\"payload\":{\"eventSource\":\"aws:kafka\",");
    }

    private static FailureRecord record(Condition condition, Optional<LastRun> run) {
        var function = new FunctionId(new AccountId("000000000000"), new Region("eu-west-1"), "f");
        var mapping = new PolledMapping(
                new EventSourceMappingId(function.account(), function.region(), UUID),
                function,
                FunctionId.LATEST,
                EventSourceMappingConfiguration.builder().build());
        return new FailureRecord(mapping, EVENTS, condition, 3, run, Instant.ofEpochSecond(100));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
