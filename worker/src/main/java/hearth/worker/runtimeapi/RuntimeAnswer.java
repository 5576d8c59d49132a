package hearth.worker.runtimeapi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/// The answers of the Runtime API, except events.
final class RuntimeAnswer {
    /// The most that a runtime may answer: 6 MiB + 100.
    static final int MAX_RESPONSE = 6_291_556;
    /// The most that a runtime may stream: 200 MiB.
    static final long MAX_STREAMED = 209_715_200;

    static final RuntimeAnswer ACCEPTED =
            new RuntimeAnswer("202 Accepted", "application/json", "{\"status\":\"OK\"}\n");
    static final RuntimeAnswer PONG = new RuntimeAnswer("200 OK", "text/plain", "pong");
    static final RuntimeAnswer RESTORED = new RuntimeAnswer("200 OK", "application/json", "");
    static final RuntimeAnswer CONTINUE = new RuntimeAnswer("HTTP/1.1 100 Continue\r\n\r\n");
    static final RuntimeAnswer BAD_REQUEST = error("400 Bad Request", "InvalidRequest", "Malformed HTTP request");
    static final RuntimeAnswer HEAD_TOO_LARGE = error(
            "431 Request Header Fields Too Large", "RequestHeaderFieldsTooLarge", "The request's head is too large");
    static final RuntimeAnswer NOT_FOUND = error("404 Not Found", "NotFound", "No such path in the Runtime API");
    static final RuntimeAnswer METHOD_NOT_ALLOWED =
            error("405 Method Not Allowed", "MethodNotAllowed", "The path does not allow this method");
    static final RuntimeAnswer INVALID_REQUEST_ID = error("400 Bad Request", "InvalidRequestID", "Invalid request ID");
    static final RuntimeAnswer INVALID_RESPONSE_MODE =
            error("400 Bad Request", "InvalidFunctionResponseMode", "Invalid function response mode");

    private final byte[] text;

    private RuntimeAnswer(String text) {
        this.text = text.getBytes(StandardCharsets.UTF_8);
    }

    private RuntimeAnswer(String status, String contentType, String body) {
        this("HTTP/1.1 " + status + "\r\nContent-Type: " + contentType + "\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body);
    }

    static RuntimeAnswer tooLarge(long limit) {
        return error(
                "413 Request Entity Too Large",
                "RequestEntityTooLarge",
                "Exceeded maximum allowed payload size (" + limit + " bytes).");
    }

    /// 403 for a request that the runtime's state does not allow.
    static RuntimeAnswer notAllowed(RuntimeState from, RuntimeState to) {
        return error(
                "403 Forbidden",
                "InvalidStateTransition",
                "State transition from " + from.wireName() + " to " + to.wireName()
                        + " failed for runtime. Error: State transition is not allowed");
    }

    /// All texts here are ours and need no escapes.
    private static RuntimeAnswer error(String status, String errorType, String errorMessage) {
        return new RuntimeAnswer(
                status,
                "application/json",
                "{\"errorMessage\":\"" + errorMessage + "\",\"errorType\":\"" + errorType + "\"}\n");
    }

    /// For one write.
    ByteBuf bytes(ByteBufAllocator allocator) {
        return allocator.directBuffer(text.length).writeBytes(text);
    }
}
