package hearth.model.worker;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One request to run a function, as its worker sees it.
///
/// @param requestId known to the caller as `x-amzn-RequestId` and to the function as `awsRequestId`
/// @param invokedArn the ARN as the caller asked for it, qualified only if they qualified it
/// @param payload valid JSON, `{}` for an empty body; not to be changed by anyone
/// @param clientContext JSON, already decoded from base64; null when there is none
/// @param tenant on whose behalf it runs; null of a function that does not keep its tenants apart
/// @param traceHeader `X-Amzn-Trace-Id` for the function
/// @param received when the Frontend had read it
/// @param wantsLogTail whether the outcome carries the last 4 KiB of this invocation's log
/// @param streams whether the caller takes an answer piece by piece, while the function makes it
public record Invocation(
        String requestId,
        String invokedArn,
        byte[] payload,
        @Nullable String clientContext,
        @Nullable String tenant,
        String traceHeader,
        Instant received,
        boolean wantsLogTail,
        boolean streams) {
    /// The same with another trace header.
    public Invocation tracedBy(String header) {
        return new Invocation(
                requestId, invokedArn, payload, clientContext, tenant, header, received, wantsLogTail, streams);
    }
}
