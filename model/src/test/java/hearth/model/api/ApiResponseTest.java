package hearth.model.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import hearth.model.ApiError;
import hearth.model.ApiException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApiResponseTest {
    @Test
    void writesTheMembersThatAreThere() {
        var functions = ListFunctionsResponse.builder()
                .functions(List.of(FunctionConfiguration.builder()
                        .functionName("mail")
                        .codeSize(7L)
                        .build()))
                .build();

        var response = ApiOperation.LIST_FUNCTIONS.writer().write(functions);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.contentType()).isEqualTo("application/json");
        assertThat(text(response)).isEqualTo("{\"Functions\":[{\"FunctionName\":\"mail\",\"CodeSize\":7}]}");
    }

    @Test
    void writesTimestampsAsSecondsWithMilliseconds() {
        var config = FunctionEventInvokeConfig.builder()
                .lastModified(Instant.parse("2025-11-23T11:33:32.120Z"))
                .build();

        assertThat(text(ApiOperation.PUT_FUNCTION_EVENT_INVOKE_CONFIG.writer().write(config)))
                .isEqualTo("{\"LastModified\":1763897612.120}");
    }

    @Test
    void answersAnInvocationWithItsPayloadAndHeaders() {
        var payload = new byte[] {'{', '}'};
        var invoked = InvocationResponse.builder()
                .statusCode(200)
                .functionError("Unhandled")
                .executedVersion("$LATEST")
                .payload(payload)
                .build();

        var response = ApiOperation.INVOKE.writer().write(invoked);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers())
                .isEqualTo(Map.of("X-Amz-Function-Error", "Unhandled", "X-Amz-Executed-Version", "$LATEST"));
        assertThat(response.body()).isSameAs(payload);
        assertThat(response.contentType()).isEqualTo("application/json");
    }

    @Test
    void takesTheStatusThatTheResponseBrings() {
        assertThat(ApiOperation.INVOKE
                        .writer()
                        .write(InvocationResponse.builder().statusCode(202).build())
                        .status())
                .isEqualTo(202);
        assertThat(ApiOperation.DELETE_FUNCTION
                        .writer()
                        .write(DeleteFunctionResponse.builder().build())
                        .status())
                .isEqualTo(204);
    }

    @Test
    void answersNothingWithoutABody() {
        var response = ApiOperation.DELETE_ALIAS.writer().write(NoContent.INSTANCE);

        assertThat(response.status()).isEqualTo(204);
        assertThat(response.body()).isEmpty();
        assertThat(response.contentType()).isNull();
    }

    @Test
    void refusesAResponseOfAnotherOperation() {
        assertThatExceptionOfType(ClassCastException.class)
                .isThrownBy(() -> ApiOperation.GET_FUNCTION.writer().write(NoContent.INSTANCE));
    }

    @Test
    void answersRefusalsInTheShapeOfTheirError() {
        var notFound = ApiResponse.of(new ApiException(ApiError.RESOURCE_NOT_FOUND, "Function not found: \"x\""));
        var validation = ApiResponse.of(new ApiException(ApiError.VALIDATION, "1 validation error detected: …"));
        var service = ApiResponse.of(new ApiException(ApiError.SERVICE, "internal"));

        assertThat(notFound.status()).isEqualTo(404);
        assertThat(notFound.headers()).isEqualTo(Map.of("x-amzn-ErrorType", "ResourceNotFoundException"));
        assertThat(text(notFound)).isEqualTo("{\"Type\":\"User\",\"Message\":\"Function not found: \\\"x\\\"\"}");
        assertThat(text(validation)).isEqualTo("{\"message\":\"1 validation error detected: …\"}");
        assertThat(text(service)).isEqualTo("{\"Type\":\"Service\",\"Message\":\"internal\"}");
        assertThat(text(ApiResponse.of(new ApiException(ApiError.INVALID_PARAMETER_VALUE, "m").untyped())))
                .isEqualTo("{\"message\":\"m\"}");
    }

    @Test
    void tellsThrottledCallersWhyAndAsAwsDoesNotWhen() {
        var throttled = ApiResponse.of(new ApiException(ApiError.TOO_MANY_REQUESTS, "Rate Exceeded.")
                .with("Reason", "ConcurrentInvocationLimitExceeded"));

        assertThat(throttled.status()).isEqualTo(429);
        assertThat(throttled.headers()).doesNotContainKey("Retry-After");
        assertThat(text(throttled))
                .isEqualTo(
                        "{\"Reason\":\"ConcurrentInvocationLimitExceeded\",\"Type\":\"User\",\"message\":\"Rate Exceeded.\"}");
    }

    private static String text(ApiResponse response) {
        return new String(response.body(), UTF_8);
    }
}
