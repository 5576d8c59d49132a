package hearth.server.invoke;

import hearth.model.api.ApiOperation;
import hearth.model.api.RequestParts;
import hearth.server.auth.AuthenticatedCaller;
import org.jspecify.annotations.Nullable;

/// One request to run a function as its caller wrote it: nothing but the caller has been checked.
///
/// @param operation `INVOKE`, `INVOKE_ASYNC` or `INVOKE_WITH_RESPONSE_STREAM`
/// @param remote the client's address
/// @param requestId made by the listener, and known to the caller as `x-amzn-RequestId`
/// @param parts with the payload as body
public record InvokeRequest(
        ApiOperation operation, AuthenticatedCaller caller, String remote, String requestId, RequestParts parts) {
    /// A name, a partial ARN or an ARN, with a qualifier or without.
    String function() {
        return parts.pathParameters().getOrDefault("FunctionName", "");
    }

    byte[] payload() {
        return parts.body().toByteArray();
    }

    boolean streams() {
        return operation == ApiOperation.INVOKE_WITH_RESPONSE_STREAM;
    }

    /// `InvokeAsync` has a function's name and a payload, and no more.
    private boolean isOld() {
        return operation == ApiOperation.INVOKE_ASYNC;
    }

    /// The action that policies speak of.
    String action() {
        return isOld() ? "lambda:InvokeAsync" : "lambda:InvokeFunction";
    }

    /// The qualifier of the query.
    @Nullable
    String qualifier() {
        return isOld() ? null : parts.query().first("Qualifier");
    }

    InvocationType type() {
        return isOld() ? InvocationType.EVENT : InvocationType.of(invocationType());
    }

    /// Null means `RequestResponse`.
    @Nullable
    String invocationType() {
        return header("x-amz-invocation-type");
    }

    /// Null means `None`.
    @Nullable
    String logType() {
        return header("x-amz-log-type");
    }

    /// JSON in base64.
    @Nullable
    String clientContext() {
        return header("x-amz-client-context");
    }

    /// Has no old form: clients add it to whatever they send.
    @Nullable
    String traceHeader() {
        return parts.headers().first("x-amzn-trace-id");
    }

    @Nullable
    String tenantId() {
        return header("x-amz-tenant-id");
    }

    @Nullable
    String durableExecutionName() {
        return header("x-amz-durable-execution-name");
    }

    private @Nullable String header(String name) {
        return isOld() ? null : parts.headers().first(name);
    }
}
