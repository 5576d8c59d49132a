package hearth.model.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import hearth.model.ApiError;
import hearth.model.ApiException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonInputTest {
    private static final Map<String, String> MAIL = Map.of("FunctionName", "mail");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'Description':5}|NUMBER_VALUE can not be converted to a String",
                "{'Description':1.5}|NUMBER_VALUE can not be converted to a String",
                "{'Description':true}|TRUE_VALUE can not be converted to a String",
                "{'Description':{}}|Start of structure or map found where not expected.",
                "{'Description':[]}|Start of list found where not expected: a String is.",
                "{'Timeout':'5'}|STRING_VALUE can not be converted to an Integer",
                "{'Timeout':false}|FALSE_VALUE can not be converted to an Integer",
                "{'Timeout':3000000000}|NUMBER_VALUE can not be converted to an Integer",
                "{'Timeout':1e300}|NUMBER_VALUE can not be converted to an Integer",
                "{'Layers':'x'}|Unexpected field type",
                "{'Layers':{}}|Start of structure or map found where not expected.",
                "{'Layers':[7]}|NUMBER_VALUE can not be converted to a String",
                "{'VpcConfig':[]}|Start of list found where not expected: a Map is.",
                "{'VpcConfig':'x'}|Unexpected field type",
                "{'Environment':{'Variables':{'AB':1}}}|NUMBER_VALUE can not be converted to a String",
                "[]|Start of list found where not expected: a Map is.",
                "true|Unexpected field type"
            })
    void refusesWrongTypes(String body, String message) {
        assertRefused(body.replace('\'', '"'), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"Description\"",
                "{\"Description\":}",
                "{\"Description\":\"x\"",
                "}",
                "{} {}",
                "{}x",
                "{'a':1}",
                "{\"Timeout\":NaN}",
                "{\"Timeout\":01}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\u0001\"}",
                "\u0000"
            })
    void refusesWhatIsNoJson(String body) {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> read(body))
                .withMessageStartingWith("Could not parse request body into json: ")
                .matches(e -> e.error() == ApiError.SERIALIZATION);
    }

    @Test
    void refusesBytesThatAreNoUtf8() {
        var body = "{\"Description\":\"?\"}".getBytes(UTF_8);
        body[16] = (byte) 0xff;

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> UpdateFunctionConfigurationRequest.read(
                        new RequestParts(MAIL, QueryParameters.NONE, _ -> null, body)))
                .withMessageStartingWith("Could not parse request body into json: Invalid UTF-8");
    }

    @Test
    void boundsDepthAndLengths() {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> read("{\"unknown\":" + "[".repeat(100_000)))
                .withMessageContaining("nesting depth");
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> read("{\"Timeout\":" + "9".repeat(100_000) + "}"))
                .withMessageContaining("Number value length");
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> read("{\"Description\":\"" + "x".repeat(9 << 20) + "\"}"))
                .withMessageContaining("String value length");
    }

    @Test
    void boundsTheNumberOfValues() {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> read("{\"Layers\":[" + "\"\",".repeat(600_000) + "\"\"]}"))
                .withMessageContaining("Token count")
                .matches(e -> e.error() == ApiError.SERIALIZATION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n", "{}", "null", "{\"Unknown\":{\"a\":[1,{\"b\":null}]},\"x\":1.5}"})
    void takesEmptyBodiesAndUnknownMembers(String body) {
        assertThat(read(body))
                .isEqualTo(UpdateFunctionConfigurationRequest.builder()
                        .functionName("mail")
                        .build());
    }

    @Test
    void takesTheLastOfTwoMembersAndNothingForNull() {
        var request =
                read("{\"Description\":\"a\",\"Description\":\"b\",\"Timeout\":3,\"Timeout\":null,\"Handler\":null}");

        assertThat(request.description()).isEqualTo("b");
        assertThat(request.timeout()).isNull();
        assertThat(request.handler()).isNull();
    }

    @Test
    void cutsFractionsOffWholeNumbers() {
        assertThat(read("{\"Timeout\":3.9}").timeout()).isEqualTo(3);
        assertThat(read("{\"Timeout\":1e2}").timeout()).isEqualTo(100);
    }

    @Test
    void readsBlobsOfAnyLengthAndForm() {
        var random = new Random(7);
        for (int length = 0; length < 200; length++) {
            var bytes = new byte[length * length];
            random.nextBytes(bytes);
            var text = Base64.getEncoder().encodeToString(bytes);

            for (var form : List.of(text, text.replace("/", "\\/"))) {
                var json = " {\"a\": \"é\", \"ZipFile\" : \"" + form + "\" , \"S3Key\": \"k\"}";
                assertThat(JsonInput.document(json.getBytes(UTF_8), FunctionCode::read)
                                .zipFile())
                        .isEqualTo(bytes);
            }
        }
    }

    @Test
    void readsBlobsFromBase64() {
        var request = UpdateFunctionCodeRequest.read(Requests.body(MAIL, "{\"ZipFile\":\"UEsDBA==\",\"DryRun\":true}"));

        assertThat(request.zipFile()).isEqualTo(new byte[] {'P', 'K', 3, 4});
        assertThat(request.dryRun()).isTrue();
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> UpdateFunctionCodeRequest.read(Requests.body(MAIL, "{\"ZipFile\":\"!\"}")))
                .withMessage("STRING_VALUE can not be converted to a Blob");
    }

    @Test
    void readsTimestampsAsSecondsOfTheEpoch() {
        assertThat(mapping("1763897612.123").startingPositionTimestamp())
                .isEqualTo(Instant.parse("2025-11-23T11:33:32.123Z"));
        assertThat(mapping("1.763897612123E9").startingPositionTimestamp())
                .isEqualTo(Instant.parse("2025-11-23T11:33:32.123Z"));
        assertThatExceptionOfType(ApiException.class).isThrownBy(() -> mapping("1e99"));
        assertThatExceptionOfType(ApiException.class).isThrownBy(() -> mapping("\"2025-11-23T11:33:32Z\""));
    }

    @Test
    void readsNumbersBooleansAndTimestampsFromText() {
        var list = ListDurableExecutionsByFunctionRequest.read(Requests.query(
                MAIL,
                "MaxItems=7&ReverseOrder=true&StartedAfter=2025-11-23T11:33:32Z&StartedBefore=1763897612&Marker="));

        assertThat(list.maxItems()).isEqualTo(7);
        assertThat(list.reverseOrder()).isTrue();
        assertThat(list.startedAfter()).isEqualTo(list.startedBefore()).isEqualTo(Instant.ofEpochSecond(1763897612));
        assertThat(list.marker()).isEmpty();
        assertThat(ListFunctionsRequest.read(Requests.query(Map.of(), "MaxItems="))
                        .maxItems())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "MaxItems=x, an Integer",
        "MaxItems=99999999999, an Integer",
        "ReverseOrder=maybe, a Boolean",
        "StartedAfter=yesterday, a Timestamp",
        "StartedAfter=1e99, a Timestamp"
    })
    void refusesTextOfTheWrongType(String query, String type) {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> ListDurableExecutionsByFunctionRequest.read(Requests.query(MAIL, query)))
                .withMessage("STRING_VALUE can not be converted to " + type)
                .matches(e -> e.error() == ApiError.SERIALIZATION);
    }

    @Test
    void refusesAnEmptyDocument() {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> JsonInput.document(new byte[0], FunctionConfiguration::read));
        assertThat(JsonInput.document("{}".getBytes(UTF_8), FunctionConfiguration::read))
                .isEqualTo(FunctionConfiguration.builder().build());
    }

    private static CreateEventSourceMappingRequest mapping(String timestamp) {
        return CreateEventSourceMappingRequest.read(
                Requests.body(Map.of(), "{\"FunctionName\":\"mail\",\"StartingPositionTimestamp\":" + timestamp + "}"));
    }

    private static UpdateFunctionConfigurationRequest read(String body) {
        return UpdateFunctionConfigurationRequest.read(Requests.body(MAIL, body));
    }

    private static void assertRefused(String body, String message) {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> read(body))
                .withMessage(message)
                .matches(e -> e.error() == ApiError.SERIALIZATION && !e.typed());
    }
}
