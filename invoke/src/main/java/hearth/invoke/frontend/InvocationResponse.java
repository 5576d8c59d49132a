package hearth.invoke.frontend;

import hearth.model.ApiException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The answer to an invocation that was not refused. A null member is a header that is absent.
///
/// @param status 200, or 204 of a dry run
/// @param payload what the runtime posted, byte for byte; empty for a dry run
/// @param contentType of the payload; null when there is none
/// @param executedVersion `X-Amz-Executed-Version`: `$LATEST` or a number
/// @param functionError `X-Amz-Function-Error`
/// @param logResult `X-Amz-Log-Result`: the last 4 KiB of the log in base64
/// @param traceHeader `X-Amzn-Trace-Id`
public record InvocationResponse(
        int status,
        byte[] payload,
        @Nullable String contentType,
        @Nullable String executedVersion,
        @Nullable String functionError,
        @Nullable String logResult,
        @Nullable String traceHeader) {
    private static final byte[] NOTHING = {};

    /// Of a dry run.
    static InvocationResponse noContent() {
        return new InvocationResponse(204, NOTHING, null, null, null, null, null);
    }

    /// How an answer that has begun ends when Hearth fails.
    static InvocationResponse endOf(ApiException refusal) {
        var message = refusal.message().getBytes(StandardCharsets.UTF_8);
        return new InvocationResponse(200, message, null, null, refusal.error().wireName(), null, null);
    }
}
