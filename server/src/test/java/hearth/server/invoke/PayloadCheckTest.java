package hearth.server.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import hearth.model.ApiError;
import hearth.model.ApiException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadCheckTest {
    private static final String WORDS = "Could not parse request body into json: Could not parse payload into json: ";
    private static final String SOURCE =
            "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: ";

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "null", " true ", "3.5e7", "\"text\"", "[1, {\"a\": [null]}]\n", "{\"ä\": \"\\u00e4€\"}"})
    void takesEveryJsonValue(String json) {
        assertThatCode(() -> check(json)).doesNotThrowAnyException();
    }

    @Test
    void saysWhatIsWrongInTheParsersWords() {
        assertThat(refusal("x"))
                .isEqualTo(WORDS
                        + "Unrecognized token 'x': was expecting (JSON String, Number, Array, Object or token 'null',"
                        + " 'true' or 'false')" + SOURCE + "2]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[1",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "'a'",
                "\"open",
                "[1,]",
                "01",
                "nul",
                "\"\\x\"",
                "\"\n\"",
                "NaN",
                "// c",
                "{\"a\":1}}",
                "[}",
                ""
            })
    void refusesWhatIsNotJson(String json) {
        assertThat(refusal(json)).startsWith(WORDS).contains(SOURCE.substring(0, 60));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{} {}", "1 2", "null x", "{},", "\"a\"\"b\""})
    void refusesMoreThanOneValue(String json) {
        assertThat(refusal(json)).startsWith(WORDS);
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        assertThat(refusal(new byte[] {'"', (byte) 0xff, '"'})).startsWith(WORDS);
        assertThat(refusal(new byte[] {'"', (byte) 0xc3, '"'})).startsWith(WORDS);
    }

    @Test
    void refusesDeepNestingWithoutExhaustingTheStack() {
        assertThatCode(() -> check("[".repeat(1000) + "]".repeat(1000))).doesNotThrowAnyException();
        assertThat(refusal("[".repeat(1_000_000))).contains("nesting depth (1001) exceeds the maximum allowed (1000");
        assertThat(refusal("{\"a\":".repeat(1_000_000))).contains("nesting depth");
    }

    private static void check(String json) {
        PayloadCheck.check(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String refusal(String json) {
        return refusal(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String refusal(byte[] json) {
        var refusal = catchThrowableOfType(ApiException.class, () -> PayloadCheck.check(json));
        assertThat(refusal).isNotNull();
        assertThat(refusal.error()).isEqualTo(ApiError.INVALID_REQUEST_CONTENT);
        return refusal.message();
    }
}
