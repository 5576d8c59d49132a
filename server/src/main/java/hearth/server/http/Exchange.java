package hearth.server.http;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One request and the one answer that is owed to it.
public final class Exchange {
    private static final String ERROR = "x-amzn-ErrorType";
    private static final String FUNCTION_ERROR = "X-Amz-Function-Error";

    private final Connection connection;
    private final String requestId;
    private final @Nullable RequestHead head;
    private final long begun = System.nanoTime();
    private volatile @Nullable RequestSubject subject;
    private volatile boolean saysPersistence;
    private final AtomicBoolean answered = new AtomicBoolean();

    /// @param head null for what is refused before it has one
    Exchange(Connection connection, String requestId, @Nullable RequestHead head) {
        this.connection = connection;
        this.requestId = requestId;
        this.head = head;
    }

    /// `x-amzn-RequestId` of the answer.
    public String requestId() {
        return requestId;
    }

    /// The client's address and port.
    public String remote() {
        return connection.remote();
    }

    /// The client's address alone.
    public String remoteAddress() {
        var remote = remote();
        int colon = remote.lastIndexOf(':');
        return colon < 0 ? remote : remote.substring(0, colon);
    }

    /// Whether the client connected by a loopback address.
    public boolean isFromThisHost() {
        return connection.isFromThisHost();
    }

    /// How long ago its head was read.
    public long nanos() {
        return System.nanoTime() - begun;
    }

    /// Says what the request is about, for records of it.
    public void concerns(RequestSubject whatItIsAbout) {
        subject = whatItIsAbout;
    }

    /// Has the answer say that its connection stays open, where it does, which HTTP/1.1 takes for granted.
    public void sayPersistence() {
        saysPersistence = true;
    }

    boolean saysPersistence() {
        return saysPersistence;
    }

    /// @param bytes -1 where nobody counted
    AnsweredRequest answeredWith(int status, Map<String, String> headers, long bytes, boolean cutOff) {
        return new AnsweredRequest(
                requestId,
                remote(),
                head == null ? "" : head.method(),
                head == null ? "" : AnsweredRequest.clipped(head.path()),
                status,
                nanos(),
                bytes,
                cutOff,
                headers.get(ERROR),
                headers.get(FUNCTION_ERROR),
                subject == null ? null : RecordedSubject.of(subject));
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
        return begin(status, headers, List.of());
    }

    /// As the other, for an answer with cookies.
    ///
    /// @param cookies as those of [HttpResponse]
    public StreamedBody begin(int status, Map<String, String> headers, List<String> cookies) {
        return answered.compareAndSet(false, true)
                ? connection.begin(this, status, headers, cookies)
                : StreamedBody.NOWHERE;
    }

    /// Runs a task where the exchange's connection is served.
    public void onEventLoop(Runnable task) {
        connection.onEventLoop(task);
    }

    /// Whether the request's method was `HEAD`, whose answers have no body.
    boolean toHead() {
        return head != null && head.method().equals("HEAD");
    }
}
