package hearth.server.http;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/// One request and the one answer that is owed to it.
public final class Exchange {
    private final Connection connection;
    private final String requestId;
    private final boolean toHead;
    private final AtomicBoolean answered = new AtomicBoolean();

    Exchange(Connection connection, String requestId, boolean toHead) {
        this.connection = connection;
        this.requestId = requestId;
        this.toHead = toHead;
    }

    /// `x-amzn-RequestId` of the answer.
    public String requestId() {
        return requestId;
    }

    /// Sends the answer; may be called from any thread. Only the first one counts.
    public void answer(HttpResponse response) {
        if (answered.compareAndSet(false, true)) {
            connection.answer(this, response);
        }
    }

    /// Sends the answer, and closes its file when it is sent or cannot be. Only the first answer counts.
    public void answer(FileResponse response) {
        if (answered.compareAndSet(false, true)) {
            connection.answer(this, response);
        } else {
            response.close();
        }
    }

    /// Begins an answer whose body is made while it is sent. Only the first answer counts; the body of any other is
    /// thrown away.
    ///
    /// @param headers as those of [HttpResponse]
    public StreamedBody begin(int status, Map<String, String> headers) {
        return answered.compareAndSet(false, true) ? connection.begin(this, status, headers) : StreamedBody.NOWHERE;
    }

    /// Runs a task where the exchange's connection is served.
    public void onEventLoop(Runnable task) {
        connection.onEventLoop(task);
    }

    /// Whether the request's method was `HEAD`, whose answers have no body.
    boolean toHead() {
        return toHead;
    }
}
