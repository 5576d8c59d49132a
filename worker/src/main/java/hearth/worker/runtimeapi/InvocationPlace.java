package hearth.worker.runtimeapi;

import hearth.model.memory.MemoryBudget;
import hearth.worker.runtimeapi.RequestHead.Call;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A place for one invocation in a runtime: its event, how far the runtime is with it, and the connections that its
/// event and its answer go through. A runtime that takes one event at a time has one place; it serves one
/// invocation after the other.
///
/// The body of an answer is only taken when the state allows that answer, so at most one for each place is in memory
/// however many connections a runtime opens.
final class InvocationPlace {
    private static final Pattern ERROR_TYPE = Pattern.compile("(Runtime|Function)\\.[A-Z][a-zA-Z]+");

    private final RuntimeSession session;
    private final MemoryBudget budget;
    private RuntimeState state = RuntimeState.STARTED;
    /// The event that a runtime may fetch; null between invocations.
    private @Nullable InvocationEvent event;
    /// Of the invocation that is here, or of the last one; empty before the first.
    private String requestId = "";
    /// The connection whose post is being read.
    private @Nullable RuntimeConnection posting;
    /// The connection that was given the event last.
    private @Nullable RuntimeConnection receiving;
    /// Memory of the last answer, which may have to wait for the end of the log.
    private long answerMemory;

    InvocationPlace(RuntimeSession session) {
        this.session = session;
        this.budget = session.budget();
    }

    RuntimeState state() {
        return state;
    }

    String requestId() {
        return requestId;
    }

    boolean hasEvent() {
        return event != null;
    }

    /// An invocation comes here.
    void put(InvocationEvent next) {
        event = next;
        requestId = next.requestId();
    }

    /// The runtime has come to a state of SnapStart's.
    void become(RuntimeState next) {
        state = next;
    }

    /// The runtime is there for an event.
    void ready() {
        state = RuntimeState.READY;
    }

    /// Gives the event to a connection that asked. Whoever asks for an event again gets it afresh: an older connection
    /// keeps no memory with half of it.
    void give(RuntimeConnection connection) {
        var given = event;
        if (given != null) {
            state = RuntimeState.RUNNING;
            breakOffSending(connection);
            receiving = connection;
            connection.answerNext(given);
        }
    }

    private void breakOffSending(@Nullable RuntimeConnection otherThan) {
        if (receiving != null && receiving != otherThan && receiving.isSending()) {
            receiving.close();
        }
        receiving = null;
    }

    /// A new connection can overtake the news that the old one broke.
    void noticeBrokenPost() {
        if (posting != null && posting.isClosed()) {
            posting.broke();
        }
    }

    boolean isDelivering() {
        return posting != null && posting.isDelivering();
    }

    /// The runtime is done with its last answer, and with it whoever that was told to. Gives back the memory.
    void releaseAnswer() {
        budget.giveBack(answerMemory);
        answerMemory = 0;
    }

    /// Nobody waits for the invocation any more: its event is not handed out, what is being posted breaks off.
    void mute() {
        event = null;
        releaseAnswer();
        if (posting != null) {
            posting.close();
        }
    }

    /// A connection is over.
    ///
    /// @return whether the event was on its way through it, and did not arrive
    boolean lost(RuntimeConnection connection) {
        if (receiving != connection) {
            return false;
        }
        receiving = null;
        return state == RuntimeState.RUNNING && connection.isSending();
    }

    /// The head of a post has arrived. If the state allows it, its body is to be taken.
    ///
    /// @return the refusal, to be sent after the body was skipped; null if the body is wanted, in the `sink`
    @Nullable
    RuntimeAnswer begin(RequestHead head, RuntimeConnection connection) {
        if (head.call() == Call.RESTORE_ERROR && !session.restores()) {
            return RuntimeAnswer.NOT_FOUND;
        }
        var target = target(head.call());
        var needed =
                switch (target) {
                    case INIT_ERROR -> RuntimeState.STARTED;
                    case RESTORE_ERROR -> RuntimeState.RESTORING;
                    default -> RuntimeState.RUNNING;
                };
        if (state != needed) {
            return RuntimeAnswer.notAllowed(state, target);
        }
        state = target;
        posting = connection;
        if (target == RuntimeState.RESPONDING
                && head.responseMode() != null
                && !head.responseMode().equals("streaming")) {
            finish(new RuntimePost.InvalidResponseMode());
            return RuntimeAnswer.INVALID_RESPONSE_MODE;
        }
        return null;
    }

    /// Where the body of an allowed post goes.
    ///
    /// @param room told when there is memory for more of it
    /// @param onRoom called when its caller has taken a piece of it
    BodySink sink(RequestHead head, BodyCollector.Room room, Runnable onRoom) {
        var streams = head.call() == Call.RESPONSE && head.responseMode() != null;
        var stream = streams ? session.begins(this, contentType(head)) : null;
        return stream == null
                ? new BodyCollector(head.contentLength(), budget, room)
                : new BodyStreamer(stream, RuntimeAnswer.MAX_STREAMED, budget, onRoom);
    }

    /// The body of an allowed post is whole.
    RuntimeAnswer end(RequestHead head, BodySink body, @Nullable String trailingType, @Nullable String trailingBody) {
        var post =
                switch (body) {
                    case BodyStreamer streamed when trailingType == null -> new RuntimePost.Streamed(streamed.total());
                    case BodyStreamer _ -> trailingError(trailingType, trailingBody);
                    case BodyCollector gathered -> post(head, gathered.toBytes(), trailingType, trailingBody);
                };
        if (body instanceof BodyCollector gathered) {
            releaseAnswer();
            answerMemory = gathered.handOver();
        }
        body.release();
        finish(post);
        return RuntimeAnswer.ACCEPTED;
    }

    /// An allowed post turned out to be larger than an answer may be.
    void overflown(long limit) {
        finish(new RuntimePost.TooLarge(limit));
    }

    /// The connection of an allowed post broke.
    void truncated() {
        finish(new RuntimePost.Truncated());
    }

    private void finish(RuntimePost post) {
        posting = null;
        // Nobody needs the rest of an event that is answered.
        breakOffSending(null);
        if (state != RuntimeState.INIT_ERROR && state != RuntimeState.RESTORE_ERROR) {
            state = RuntimeState.RESPONSE_SENT;
            event = null;
        }
        session.posted(this, post);
    }

    private static RuntimePost post(
            RequestHead head, byte[] body, @Nullable String trailingType, @Nullable String trailingBody) {
        return switch (head.call()) {
            case INIT_ERROR -> new RuntimePost.InitError(body, wellFormed(head.errorType(), "Runtime.Unknown"));
            case RESTORE_ERROR -> new RuntimePost.RestoreError(body, wellFormed(head.errorType(), "Runtime.Unknown"));
            case ERROR ->
                new RuntimePost.FunctionError(body, wellFormed(head.errorType(), RuntimePost.FunctionError.UNKNOWN));
            default ->
                trailingType == null
                        ? new RuntimePost.Response(body, contentType(head))
                        : trailingError(trailingType, trailingBody);
        };
    }

    private static RuntimePost trailingError(String trailingType, @Nullable String trailingBody) {
        byte[] error;
        try {
            error = trailingBody == null ? new byte[0] : Base64.getDecoder().decode(trailingBody);
        } catch (IllegalArgumentException e) {
            error = new byte[0];
        }
        return new RuntimePost.BrokenOff(error, wellFormed(trailingType, RuntimePost.FunctionError.UNKNOWN));
    }

    private static String contentType(RequestHead head) {
        return head.contentType() == null ? "application/json" : head.contentType();
    }

    private static RuntimeState target(Call call) {
        return switch (call) {
            case INIT_ERROR -> RuntimeState.INIT_ERROR;
            case RESTORE_ERROR -> RuntimeState.RESTORE_ERROR;
            case ERROR -> RuntimeState.FAILING;
            default -> RuntimeState.RESPONDING;
        };
    }

    private static String wellFormed(@Nullable String errorType, String otherwise) {
        return errorType != null && ERROR_TYPE.matcher(errorType).matches() ? errorType : otherwise;
    }
}
