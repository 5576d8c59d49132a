package hearth.server.http;

import java.time.Duration;

/// What the listener lets a stranger take.
///
/// @param headBytes request line and header fields together
/// @param headerFields fields in one request
/// @param connections open at once; one more is closed unheard
/// @param headTime from a request's first byte to the end of its head
/// @param idleTime a connection may stay open without a request
/// @param memoryTime a request may wait for the memory that it needs
/// @param progressTime within which a body must bring `progressBytes`, and an answer be taken at all
/// @param progressBytes least amount of body in each `progressTime`
public record HttpLimits(
        int headBytes,
        int headerFields,
        int connections,
        Duration headTime,
        Duration idleTime,
        Duration memoryTime,
        Duration progressTime,
        int progressBytes) {
    /// What AWS documents (1 MiB of head), and what has been found bearable on a laptop.
    public static HttpLimits defaults() {
        return new HttpLimits(
                1 << 20,
                500,
                10_000,
                Duration.ofSeconds(10),
                Duration.ofSeconds(75),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                8 << 10);
    }

    public HttpLimits withHeadTime(Duration time) {
        return new HttpLimits(
                headBytes, headerFields, connections, time, idleTime, memoryTime, progressTime, progressBytes);
    }

    public HttpLimits withIdleTime(Duration time) {
        return new HttpLimits(
                headBytes, headerFields, connections, headTime, time, memoryTime, progressTime, progressBytes);
    }

    public HttpLimits withMemoryTime(Duration time) {
        return new HttpLimits(
                headBytes, headerFields, connections, headTime, idleTime, time, progressTime, progressBytes);
    }

    public HttpLimits withProgressTime(Duration time) {
        return new HttpLimits(
                headBytes, headerFields, connections, headTime, idleTime, memoryTime, time, progressBytes);
    }

    public HttpLimits withConnections(int count) {
        return new HttpLimits(
                headBytes, headerFields, count, headTime, idleTime, memoryTime, progressTime, progressBytes);
    }
}
