package hearth.server.http;

import hearth.model.Bytes;
import java.time.Duration;

/// What the listener lets a stranger take.
///
/// @param headBytes request line and header fields together
/// @param headerFields fields in one request
/// @param connections open at once; one more is closed unheard
/// @param bodiesInFlight bodies of all requests that are being read or answered
/// @param headTime from a request's first byte to the end of its head
/// @param idleTime a connection may stay open without a request
/// @param progressTime within which a body must bring `progressBytes`, and an answer be taken at all
/// @param progressBytes least amount of body in each `progressTime`
public record HttpLimits(
        int headBytes,
        int headerFields,
        int connections,
        Bytes bodiesInFlight,
        Duration headTime,
        Duration idleTime,
        Duration progressTime,
        int progressBytes) {
    /// What AWS documents (1 MiB of head), and what has been found bearable on a laptop.
    public static HttpLimits defaults(Bytes bodiesInFlight) {
        return new HttpLimits(
                1 << 20,
                500,
                10_000,
                bodiesInFlight,
                Duration.ofSeconds(10),
                Duration.ofSeconds(75),
                Duration.ofSeconds(10),
                8 << 10);
    }

    public HttpLimits withHeadTime(Duration time) {
        return new HttpLimits(
                headBytes, headerFields, connections, bodiesInFlight, time, idleTime, progressTime, progressBytes);
    }

    public HttpLimits withIdleTime(Duration time) {
        return new HttpLimits(
                headBytes, headerFields, connections, bodiesInFlight, headTime, time, progressTime, progressBytes);
    }

    public HttpLimits withProgressTime(Duration time) {
        return new HttpLimits(
                headBytes, headerFields, connections, bodiesInFlight, headTime, idleTime, time, progressBytes);
    }

    public HttpLimits withConnections(int count) {
        return new HttpLimits(
                headBytes, headerFields, count, bodiesInFlight, headTime, idleTime, progressTime, progressBytes);
    }
}
