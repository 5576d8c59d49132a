package hearth.worker.runtimeapi;

import hearth.model.memory.MemoryBudget;
import hearth.worker.runtimeapi.RequestHead.Call;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One runtime process's conversation with us, from its start to its end: the states that AWS's
/// Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) has for it.
///
/// Lives on the environment's event loop. A reset ends it, and the next process gets another. The body of an
/// answer is only taken when the state allows that answer, so at most one is in memory however many
/// connections a runtime opens.
public final class RuntimeSession {
    private static final Pattern ERROR_TYPE = Pattern.compile("(Runtime|Function)\\.[A-Z][a-zA-Z]+");

    private final RuntimeListener listener;
    private final MemoryBudget budget;
    private final ArrayDeque<RuntimeConnection> connections = new ArrayDeque<>();
    /// Connections whose `next` is not answered yet, oldest first.
    private final ArrayDeque<RuntimeConnection> waiting = new ArrayDeque<>();

    private RuntimeState state = RuntimeState.STARTED;
    /// The connection whose post is being read.
    private @Nullable RuntimeConnection posting;
    /// The connection that was given the event last.
    private @Nullable RuntimeConnection receiving;
    /// Memory of the last answer, which may have to wait for the end of the log.
    private long answerMemory;
    /// The connections that asked for the next event while a streamed response was on its way, oldest first.
    private final ArrayDeque<RuntimeConnection> early = new ArrayDeque<>();
    /// The event that a runtime may fetch; null between invocations.
    private @Nullable InvocationEvent event;
    /// Of the invocation that runs, or of the last one; empty before the first.
    private String requestId = "";
    private boolean ended;

    /// @param budget of the memory that events and answers take
    public RuntimeSession(RuntimeListener listener, MemoryBudget budget) {
        this.listener = listener;
        this.budget = budget;
    }

    MemoryBudget budget() {
        return budget;
    }

    /// Hands the runtime its next event: at once if it waits for one, or when it asks.
    public void offer(InvocationEvent event) {
        this.event = event;
        requestId = event.requestId();
        var connection = waiting.pollFirst();
        if (connection != null) {
            state = RuntimeState.RUNNING;
            give(event, connection);
        }
    }

    /// Whoever asks for an event again gets it afresh: an older connection keeps no memory with half of it.
    private void give(InvocationEvent next, RuntimeConnection connection) {
        breakOffSending(connection);
        receiving = connection;
        connection.answerNext(next);
    }

    private void breakOffSending(@Nullable RuntimeConnection otherThan) {
        if (receiving != null && receiving != otherThan && receiving.isSending()) {
            receiving.close();
        }
        receiving = null;
    }

    /// Nothing is told after this, and no event handed out. The connections stay, for a runtime that is being ended
    /// is not to find them broken before it has: it would say so in the function's log. Only what is being posted
    /// breaks off, since nobody wants it any more.
    public void mute() {
        ended = true;
        event = null;
        waiting.clear();
        releaseAnswer();
        if (posting != null) {
            posting.close();
        }
    }

    /// The runtime has ended: closes every connection.
    public void end() {
        mute();
        // Closing one takes it off the list.
        List.copyOf(connections).forEach(RuntimeConnection::close);
        connections.clear();
    }

    void opened(RuntimeConnection connection) {
        connections.add(connection);
    }

    void closed(RuntimeConnection connection) {
        connections.remove(connection);
        waiting.remove(connection);
        early.remove(connection);
        if (receiving == connection) {
            receiving = null;
        }
    }

    /// We failed while a connection was dealt with.
    void failed(Throwable defect) {
        listener.failed(defect);
    }

    int connectionCount() {
        return connections.size();
    }

    /// A `next` has arrived.
    ///
    /// @return the refusal; null if the connection's `answerNext` was called or will be
    @Nullable
    RuntimeAnswer next(RuntimeConnection connection) {
        if (posting != null && posting.isClosed()) {
            // A new connection can overtake the news that the old one broke.
            posting.broke();
        }
        if (posting != null && posting.isDelivering()) {
            early.add(connection);
            return null;
        }
        switch (state) {
            case STARTED, RESPONSE_SENT -> {
                state = RuntimeState.READY;
                waiting.add(connection);
                tellAsked();
            }
            case READY -> {
                if (event != null) {
                    state = RuntimeState.RUNNING;
                    give(event, connection);
                } else {
                    waiting.add(connection);
                }
            }
            case RUNNING -> {
                if (event != null) {
                    give(event, connection);
                }
            }
            case INIT_ERROR, RESPONDING, FAILING -> {
                return RuntimeAnswer.notAllowed(state, RuntimeState.READY);
            }
        }
        return null;
    }

    /// The head of a post has arrived. If its state allows it, its body is to be taken.
    ///
    /// @return the refusal, to be sent after the body was skipped; null if the body is wanted, in the `sink`
    @Nullable
    RuntimeAnswer begin(RequestHead head, RuntimeConnection connection) {
        var target = target(head.call());
        if (target != RuntimeState.INIT_ERROR && (requestId.isEmpty() || !requestId.equals(head.requestId()))) {
            return RuntimeAnswer.INVALID_REQUEST_ID;
        }
        if (state != (target == RuntimeState.INIT_ERROR ? RuntimeState.STARTED : RuntimeState.RUNNING)) {
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
        var stream = streams ? listener.begins(requestId, contentType(head)) : null;
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

    /// Whoever was given the last answer counts it as its own, or has let it go.
    private void releaseAnswer() {
        budget.giveBack(answerMemory);
        answerMemory = 0;
    }

    private static RuntimePost post(
            RequestHead head, byte[] body, @Nullable String trailingType, @Nullable String trailingBody) {
        return switch (head.call()) {
            case INIT_ERROR -> new RuntimePost.InitError(body, wellFormed(head.errorType(), "Runtime.Unknown"));
            case ERROR ->
                new RuntimePost.FunctionError(body, wellFormed(head.errorType(), RuntimePost.FunctionError.UNKNOWN));
            default ->
                trailingType == null
                        ? new RuntimePost.Response(body, contentType(head))
                        : trailingError(trailingType, trailingBody);
        };
    }

    /// An allowed post turned out to be larger than an answer may be.
    void overflown(long limit) {
        finish(new RuntimePost.TooLarge(limit));
    }

    /// The connection of an allowed post broke.
    void truncated() {
        finish(new RuntimePost.Truncated());
    }

    private static String contentType(RequestHead head) {
        return head.contentType() == null ? "application/json" : head.contentType();
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

    private void finish(RuntimePost post) {
        posting = null;
        // Nobody needs the rest of an event that is answered.
        breakOffSending(null);
        if (state != RuntimeState.INIT_ERROR) {
            state = RuntimeState.RESPONSE_SENT;
            event = null;
        }
        if (!ended) {
            listener.posted(requestId, post);
        }
        if (ended || !listener.keepsBody()) {
            releaseAnswer();
        }
        var askers = List.copyOf(early);
        early.clear();
        for (var asker : askers) {
            var _ = next(asker);
        }
    }

    private void tellAsked() {
        if (!ended) {
            listener.asked();
        }
        releaseAnswer();
    }

    private static RuntimeState target(Call call) {
        return switch (call) {
            case INIT_ERROR -> RuntimeState.INIT_ERROR;
            case ERROR -> RuntimeState.FAILING;
            default -> RuntimeState.RESPONDING;
        };
    }

    private static String wellFormed(@Nullable String errorType, String otherwise) {
        return errorType != null && ERROR_TYPE.matcher(errorType).matches() ? errorType : otherwise;
    }
}
