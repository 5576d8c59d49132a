package hearth.server.http;

import java.time.Duration;

/// Where a connection stands, and how long it may stand there.
///
/// Used on the connection's event loop only.
final class ConnectionState {
    enum Phase {
        /// No byte of a next request has come.
        IDLE,
        HEAD,
        /// The head is admitted, and memory for the body awaited.
        QUEUED,
        BODY,
        /// The request is whole, and its answer awaited, or the next piece of it.
        ANSWERING,
        /// The answer is on its way, and more of it than the client has room for.
        WRITING,
        /// The last answer is out; what still comes is thrown away until the client closes.
        LINGERING,
        CLOSED
    }

    private static final long NO_PROGRESS_YET = -1;

    private final HttpLimits limits;
    private Phase phase = Phase.IDLE;
    private long deadline;
    /// How far the body had come, or how much of the answer was left, when the time began to run.
    private long progressMark;

    ConnectionState(HttpLimits limits) {
        this.limits = limits;
    }

    Phase phase() {
        return phase;
    }

    void awaitRequest() {
        enter(Phase.IDLE, limits.idleTime());
    }

    void readHead() {
        enter(Phase.HEAD, limits.headTime());
    }

    void awaitMemory() {
        enter(Phase.QUEUED, limits.memoryTime());
    }

    void readBody() {
        enter(Phase.BODY, limits.progressTime());
        progressMark = 0;
    }

    /// For as long as whoever makes the answer needs.
    void awaitAnswer() {
        phase = Phase.ANSWERING;
    }

    void write() {
        enter(Phase.WRITING, limits.progressTime());
        progressMark = NO_PROGRESS_YET;
    }

    void linger() {
        enter(Phase.LINGERING, limits.progressTime());
        progressMark = NO_PROGRESS_YET;
    }

    void close() {
        phase = Phase.CLOSED;
    }

    private void enter(Phase next, Duration time) {
        phase = next;
        deadline = System.nanoTime() + time.toNanos();
    }

    boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    boolean isLingering() {
        return phase == Phase.LINGERING;
    }

    /// Whether nothing is read until something else has happened.
    boolean isWaiting() {
        return phase == Phase.QUEUED || phase == Phase.ANSWERING || phase == Phase.WRITING;
    }

    /// Whether the client has begun a request and not ended it.
    boolean isReading() {
        return phase == Phase.HEAD || phase == Phase.BODY;
    }

    boolean isOverdue(long now) {
        return phase != Phase.ANSWERING && now - deadline >= 0;
    }

    /// Whether so much of the body has come in the time that it may go on; the time begins anew then.
    boolean hasRead(long count, long now) {
        return count - progressMark >= limits.progressBytes() && goesOn(count, now);
    }

    /// Whether the client has taken any of the answer in the time; the time begins anew then.
    boolean hasSent(long unsent, long now) {
        return unsent != 0 && unsent != progressMark && goesOn(unsent, now);
    }

    private boolean goesOn(long mark, long now) {
        progressMark = mark;
        deadline = now + limits.progressTime().toNanos();
        return true;
    }
}
