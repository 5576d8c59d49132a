package hearth.worker.environment;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import hearth.worker.sandbox.SandboxProcess.Exit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/// A failure of a function that the platform found, and what its caller reads.
///
/// @param errorType such as `Runtime.ExitError`
/// @param reason what follows `RequestId: … Error: `
record Fault(String errorType, String reason) {
    static final Fault TRUNCATED = new Fault("Runtime.TruncatedResponse", "Response was truncated");
    static final Fault INVALID_RESPONSE_MODE =
            new Fault("Runtime.InvalidResponseModeHeader", "Invalid function response mode");
    /// The worker ends while the function runs.
    static final Fault WORKER_CLOSED = new Fault("Sandbox.Failure", "The worker was shut down");

    static final String TOO_LARGE_TYPE = "Function.ResponseSizeTooLarge";

    static Fault timeout(Duration timeout) {
        return new Fault(
                "Sandbox.Timedout",
                String.format(Locale.ROOT, "Task timed out after %.2f seconds", timeout.toMillis() / 1000.0));
    }

    static Fault exit(Exit exit) {
        return switch (exit) {
            case Exit.Status(int code) ->
                new Fault(
                        "Runtime.ExitError",
                        code == 0
                                ? "Runtime exited without providing a reason"
                                : "Runtime exited with error: exit status " + code);
            case Exit.Signal(int number) ->
                new Fault("Runtime.ExitError", "Runtime exited with error: signal: " + signal(number));
            case Exit.NotStarted(var message) -> new Fault("Runtime.InvalidEntrypoint", message);
        };
    }

    /// Of all faults this one alone has no request id in its text, and its members in another order.
    static byte[] tooLargePayload(long limit) {
        return """
                {"errorMessage":"Response payload size exceeded maximum allowed payload size (%d bytes).",\
                "errorType":"%s"}""".formatted(limit, TOO_LARGE_TYPE).getBytes(StandardCharsets.UTF_8);
    }

    String message(String requestId) {
        return "RequestId: " + requestId + " Error: " + reason;
    }

    byte[] payload(String requestId) {
        var text = new StringBuilder("{\"errorType\":\"").append(errorType).append("\",\"errorMessage\":\"");
        JsonStringEncoder.getInstance().quoteAsString(message(requestId), text);
        return text.append("\"}").toString().getBytes(StandardCharsets.UTF_8);
    }

    /// In the words of Go's `syscall` package, which AWS's messages have.
    private static String signal(int number) {
        return switch (number) {
            case 1 -> "hangup";
            case 2 -> "interrupt";
            case 3 -> "quit";
            case 4 -> "illegal instruction";
            case 5 -> "trace/breakpoint trap";
            case 6 -> "aborted";
            case 7 -> "bus error";
            case 8 -> "floating point exception";
            case 9 -> "killed";
            case 10 -> "user defined signal 1";
            case 11 -> "segmentation fault";
            case 12 -> "user defined signal 2";
            case 13 -> "broken pipe";
            case 14 -> "alarm clock";
            case 15 -> "terminated";
            default -> "signal " + number;
        };
    }
}
