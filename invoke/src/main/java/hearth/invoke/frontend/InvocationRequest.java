package hearth.invoke.frontend;

import hearth.model.AccountId;
import hearth.model.Region;
import hearth.model.api.ApiOperation;
import org.jspecify.annotations.Nullable;

/// One invocation as its caller wrote it: nothing but the caller's account and the region has been checked.
///
/// @param operation `INVOKE`, `INVOKE_ASYNC` or `INVOKE_WITH_RESPONSE_STREAM`
/// @param account of the caller
/// @param function a name, a partial ARN or an ARN, with a qualifier or without, decoded from the path
/// @param qualifier of the query
/// @param invocationType `X-Amz-Invocation-Type`; null means `RequestResponse`
/// @param logType `X-Amz-Log-Type`; null means `None`
/// @param clientContext `X-Amz-Client-Context`: JSON in base64
/// @param traceHeader `X-Amzn-Trace-Id`; one is made when there is none
/// @param tenantId `X-Amz-Tenant-Id`
/// @param payload the body, not to be changed by anyone from here on
/// @param requestId made by the listener, and known to the caller as `x-amzn-RequestId`
public record InvocationRequest(
        ApiOperation operation,
        AccountId account,
        Region region,
        String function,
        @Nullable String qualifier,
        @Nullable String invocationType,
        @Nullable String logType,
        @Nullable String clientContext,
        @Nullable String traceHeader,
        @Nullable String tenantId,
        byte[] payload,
        String requestId) {
    InvocationType type() {
        return operation == ApiOperation.INVOKE_ASYNC ? InvocationType.EVENT : InvocationType.of(invocationType);
    }

    boolean streams() {
        return operation == ApiOperation.INVOKE_WITH_RESPONSE_STREAM;
    }
}
