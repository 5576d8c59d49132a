package hearth.events;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.EventRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DestinationRecordsTest {
    private static final Instant NOW = Instant.parse("2023-01-01T00:00:00Z");
    private static final String FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:mail:";

    @Test
    void aSuccessHasWhatTheFunctionAnswered() {
        var event = EventRecord.accepted(Samples.MAIL, "live", Samples.invocation("r-1", "{\"a\": 1}"), 0);

        assertThat(record(
                        new Verdict.Done(event, Verdict.Condition.SUCCESS, 1),
                        new Attempt.Succeeded("7", Samples.bytes("[1, 2]"))))
                .isEqualTo("{\"version\":\"1.0\",\"timestamp\":\"2023-01-01T00:00:00.000Z\","
                        + "\"requestContext\":{\"requestId\":\"r-1\",\"functionArn\":\"" + FUNCTION
                        + "live\",\"condition\":\"Success\",\"approximateInvokeCount\":1},"
                        + "\"requestPayload\":{\"a\": 1},"
                        + "\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"7\"},"
                        + "\"responsePayload\":[1, 2]}");
    }

    @Test
    void aFailureHasTheLastError() {
        var event = failed();

        assertThat(record(new Verdict.Done(event, Verdict.Condition.RETRIES_EXHAUSTED, 3), null))
                .isEqualTo("{\"version\":\"1.0\",\"timestamp\":\"2023-01-01T00:00:00.000Z\","
                        + "\"requestContext\":{\"requestId\":\"r-1\",\"functionArn\":\"" + FUNCTION
                        + "$LATEST\",\"condition\":\"RetriesExhausted\",\"approximateInvokeCount\":3},"
                        + "\"requestPayload\":{},"
                        + "\"responseContext\":{\"statusCode\":200,\"executedVersion\":\"$LATEST\","
                        + "\"functionError\":\"Unhandled\"},"
                        + "\"responsePayload\":{\"errorMessage\":\"no\"}}");
    }

    @Test
    void anEventThatNeverRanHasNoResponse() {
        var event = EventRecord.accepted(Samples.MAIL, "$LATEST", Samples.invocation("r-1", "{}"), 0);

        assertThat(record(new Verdict.Done(event, Verdict.Condition.EVENT_AGE_EXCEEDED, 0), null))
                .endsWith("\"approximateInvokeCount\":0},\"requestPayload\":{}}");
        assertThat(record(new Verdict.Done(failed(), Verdict.Condition.ZERO_RESERVED_CONCURRENCY, 0), null))
                .contains("\"condition\":\"ZeroReservedConcurrency\"")
                .doesNotContain("response");
    }

    @Test
    void anEventOfALoopHasTheNameOfTheException() {
        var event = EventRecord.accepted(Samples.MAIL, "$LATEST", Samples.invocation("r-1", "{}"), 0);

        assertThat(record(new Verdict.Done(event, Verdict.Condition.RECURSIVE_INVOCATION, 0), null))
                .endsWith("\"condition\":\"RecursiveInvocationException\",\"approximateInvokeCount\":0},"
                        + "\"requestPayload\":{}}");
    }

    /// A runtime of the function's own may answer anything.
    @ParameterizedTest
    @CsvSource({"'', null", "text, '\"text\"'", "' 1 ', 1", "1 2, '\"1 2\"'", "'{\"a\":', '\"{\\\"a\\\":\"'"})
    void anAnswerThatIsNoJsonIsAString(String answer, String expected) {
        var event = EventRecord.accepted(Samples.MAIL, "$LATEST", Samples.invocation("r-1", "{}"), 0);

        assertThat(record(
                        new Verdict.Done(event, Verdict.Condition.SUCCESS, 1),
                        new Attempt.Succeeded("1", Samples.bytes(answer))))
                .endsWith("\"responsePayload\":" + expected + "}");
    }

    @Test
    void aDeadLetterTellsTheBeginningOfTheMessage() {
        assertThat(DestinationRecords.errorMessage(Samples.bytes(
                        "{\"errorType\":\"E\",\"x\":{\"errorMessage\":\"inner\"},\"errorMessage\":\"no\"}")))
                .isEqualTo("no");
        assertThat(DestinationRecords.errorMessage(Samples.bytes("{\"errorMessage\":\"" + "é".repeat(600) + "\"}")))
                .isEqualTo("é".repeat(512));
        assertThat(DestinationRecords.errorMessage(Samples.bytes("{\"errorMessage\":\"x" + "é".repeat(600) + "\"}")))
                .isEqualTo("x" + "é".repeat(511));
        assertThat(DestinationRecords.errorMessage(Samples.bytes("plain"))).isEqualTo("plain");
        assertThat(DestinationRecords.errorMessage(
                        Samples.bytes("{\"errorMessage\":\"\\u001b[31mred\\n\\ud800x\\ud83d\\ude00\"}")))
                .isEqualTo("\ufffd[31mred\n\ufffdx\ud83d\ude00");
    }

    private static EventRecord failed() {
        return EventRecord.accepted(Samples.MAIL, "$LATEST", Samples.invocation("r-1", "{}"), 0)
                .failed(new EventRecord.Failure("$LATEST", "Unhandled", Samples.bytes("{\"errorMessage\":\"no\"}")), 1);
    }

    private static String record(Verdict.Done done, Attempt.@Nullable Succeeded answer) {
        return new String(DestinationRecords.of(done, answer, NOW), StandardCharsets.UTF_8);
    }
}
