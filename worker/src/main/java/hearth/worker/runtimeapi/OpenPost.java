package hearth.worker.runtimeapi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The post that a connection reads: an answer or an error whose body goes where its invocation's place wants it, or is
/// skipped where that refuses it.
final class OpenPost {
    private final RuntimeSession session;
    /// The invocation that it is for; null where none is known.
    private @Nullable InvocationPlace place;
    /// Takes the body of a post that was allowed; null at all other times.
    private @Nullable BodySink body;
    /// What to answer once the body of a refused post is skipped.
    private @Nullable RuntimeAnswer refusal;
    /// Whether a body has arrived whole, and the last of it is still on its way to the caller.
    private boolean draining;

    OpenPost(RuntimeSession session) {
        this.session = session;
    }

    /// The head of a post has arrived.
    ///
    /// @param room told when there is memory for more of the body
    /// @param onRoom called when the caller has taken a piece of it
    /// @return where its body goes; null if it is refused, or too large
    @Nullable
    BodySink begin(RequestHead head, RuntimeConnection connection, BodyCollector.Room room, Runnable onRoom) {
        var found = session.find(head);
        place = found;
        refusal = found == null ? RuntimeAnswer.INVALID_REQUEST_ID : found.begin(head, connection);
        if (found == null || refusal != null) {
            return null;
        }
        var sink = found.sink(head, room, onRoom);
        body = sink;
        noticeOverflow();
        return sink;
    }

    /// Refuses the post if the body has turned out to be larger than an answer may be.
    void noticeOverflow() {
        if (body != null && body.overflown()) {
            long limit = body.limit();
            refusal = RuntimeAnswer.tooLarge(limit);
            body.release();
            body = null;
            place().overflown(limit);
        }
    }

    boolean hasBody() {
        return body != null;
    }

    /// Whether it waits for memory, or for its caller to take a piece.
    boolean isFull() {
        return body != null && body.isFull();
    }

    /// Whether its caller has not taken all yet that has come of it.
    boolean isPassingOn() {
        return draining
                || isFull()
                || (body instanceof BodyStreamer streamed && !streamed.overflown() && !streamed.isDrained());
    }

    /// Whether it has arrived whole, and waits for its caller to take the last of it.
    boolean isDraining() {
        return draining;
    }

    /// Whether a streamed response goes through it. The last of one may lie in the socket for long, behind a slow
    /// caller, when its runtime has written it all and asks for the next event elsewhere.
    boolean isDelivering() {
        return draining || body instanceof BodyStreamer;
    }

    /// Sends on what has come of a streamed body.
    ///
    /// @return whether that made room where there was none
    boolean push() {
        return body instanceof BodyStreamer streamed && streamed.push();
    }

    /// The last byte has arrived.
    ///
    /// @return whether the post is over; else it is once `drained`
    boolean arrived() {
        draining = !isDrained();
        return !draining;
    }

    /// Whether a post that was draining is over now.
    boolean drained() {
        boolean over = draining && isDrained();
        if (over) {
            draining = false;
        }
        return over;
    }

    private boolean isDrained() {
        if (body instanceof BodyStreamer streamed && !streamed.overflown()) {
            var _ = streamed.push();
            return streamed.isDrained();
        }
        return true;
    }

    /// It is over.
    ///
    /// @return its answer; null if it was answered before
    @Nullable
    RuntimeAnswer end(RequestHead head, @Nullable String trailingType, @Nullable String trailingBody) {
        if (refusal != null || body == null) {
            return refusal;
        }
        var whole = body;
        body = null;
        return place().end(head, whole, trailingType, trailingBody);
    }

    /// The rest of the body will not come.
    void abandon() {
        if (body != null) {
            body.release();
            body = null;
            place().truncated();
        }
    }

    private InvocationPlace place() {
        return Objects.requireNonNull(place, "a post without a place has no body");
    }

    /// Nobody wants the body any more.
    void release() {
        if (body != null) {
            body.release();
        }
    }
}
