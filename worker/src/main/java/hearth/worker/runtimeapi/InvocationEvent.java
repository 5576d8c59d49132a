package hearth.worker.runtimeapi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One event for a runtime, as `next` answers it.
///
/// @param deadlineMillis since the epoch
/// @param clientContext JSON; null when the caller gave none
/// @param tenant null of a function that does not keep its tenants apart
/// @param payload not to be changed by anyone
public record InvocationEvent(
        String requestId,
        long deadlineMillis,
        String invokedArn,
        String traceHeader,
        @Nullable String clientContext,
        @Nullable String tenant,
        byte[] payload) {
    private static final byte[] STATUS =
            ascii("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: ");
    private static final byte[] DEADLINE = ascii("\r\nLambda-Runtime-Deadline-Ms: ");
    private static final byte[] ARN = ascii("\r\nLambda-Runtime-Invoked-Function-Arn: ");
    private static final byte[] TRACE = ascii("\r\nLambda-Runtime-Trace-Id: ");
    private static final byte[] CLIENT_CONTEXT = ascii("\r\nLambda-Runtime-Client-Context: ");
    private static final byte[] TENANT = ascii("\r\nLambda-Runtime-Aws-Tenant-Id: ");
    private static final byte[] LENGTH = ascii("\r\nContent-Length: ");
    private static final byte[] END = ascii("\r\n\r\n");
    private static final int USUAL_HEAD = 512;

    /// The answer, with the beginning of the payload, in one direct buffer: the kernel takes it in one write, and
    /// the payload is copied once.
    ///
    /// @param payloadBytes how much of the payload comes with it
    ByteBuf encode(ByteBufAllocator allocator, int payloadBytes) {
        var answer = allocator.directBuffer(USUAL_HEAD + payloadBytes);
        answer.writeBytes(STATUS);
        value(answer, requestId);
        answer.writeBytes(DEADLINE);
        ByteBufUtil.writeAscii(answer, Long.toString(deadlineMillis));
        answer.writeBytes(ARN);
        value(answer, invokedArn);
        if (!traceHeader.isEmpty()) {
            answer.writeBytes(TRACE);
            value(answer, traceHeader);
        }
        if (clientContext != null && !clientContext.isEmpty()) {
            answer.writeBytes(CLIENT_CONTEXT);
            value(answer, clientContext);
        }
        if (tenant != null) {
            answer.writeBytes(TENANT);
            value(answer, tenant);
        }
        answer.writeBytes(LENGTH);
        ByteBufUtil.writeAscii(answer, Integer.toString(payload.length));
        answer.writeBytes(END);
        return answer.writeBytes(payload, 0, payloadBytes);
    }

    /// A header's value can hold no control character. Line breaks in JSON are blanks, so nothing is lost there;
    /// elsewhere they would let a caller forge headers.
    private static void value(ByteBuf answer, String value) {
        int start = answer.writerIndex();
        ByteBufUtil.writeUtf8(answer, value);
        for (int i = start; i < answer.writerIndex(); i++) {
            int b = answer.getByte(i);
            if ((b >= 0 && b < ' ') || b == 0x7f) {
                answer.setByte(i, ' ');
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
