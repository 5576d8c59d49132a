package hearth.worker.runtimeapi;

import hearth.model.memory.MemoryBudget;
import hearth.worker.runtimeapi.RequestHead.Call;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One runtime process's conversation with us, from its start to its end: the states that AWS's
/// Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) has for it.
///
/// Lives on the environment's event loop. A reset ends it, and the next process gets another. What concerns one
/// invocation is in its `InvocationPlace`. A runtime with one place asks for its next event when it is done with the
/// last, and only then is that invocation over. One with several may ask ahead, on as many connections as it likes; it
/// never has more events than places.
public final class RuntimeSession {
    /// Runtimes use one or two for each event that they may have. Each may hold a large head in memory, so there must
    /// be an end.
    private static final int FREE_CONNECTIONS = 14;

    private final RuntimeListener listener;
    private final MemoryBudget budget;
    private final InvocationPlace[] places;
    private final ArrayDeque<RuntimeConnection> connections = new ArrayDeque<>();
    /// Connections whose `next` is not answered yet, oldest first.
    private final ArrayDeque<RuntimeConnection> waiting = new ArrayDeque<>();
    /// The connections that asked for the next event while a streamed response was on its way, oldest first.
    private final ArrayDeque<RuntimeConnection> early = new ArrayDeque<>();
    /// Where several events may be: those that nobody has fetched, oldest first.
    private final ArrayDeque<InvocationPlace> unfetched = new ArrayDeque<>();

    /// Whether it is one under SnapStart, which may ask to be restored.
    private final boolean restores;

    /// The connection whose `restore/next` is not answered yet.
    private @Nullable RuntimeConnection awaitingRestore;

    private boolean ended;
    /// Whether the process is there no more, and only what it wrote before is read still.
    private boolean exited;
    /// To be run when all of that is read; null before, and after it was.
    private @Nullable Runnable allHeard;

    /// @param budget of the memory that events and answers take
    /// @param maxConcurrency how many events the runtime may have at once
    public RuntimeSession(RuntimeListener listener, MemoryBudget budget, int maxConcurrency) {
        this(listener, budget, maxConcurrency, false);
    }

    /// @param restores whether the calls of `restore` are there, as they are under SnapStart
    public RuntimeSession(RuntimeListener listener, MemoryBudget budget, int maxConcurrency, boolean restores) {
        this.listener = listener;
        this.budget = budget;
        this.restores = restores;
        this.places = new InvocationPlace[maxConcurrency];
        for (int i = 0; i < places.length; i++) {
            places[i] = new InvocationPlace(this);
        }
    }

    MemoryBudget budget() {
        return budget;
    }

    private boolean isConcurrent() {
        return places.length > 1;
    }

    // Events

    /// Hands the runtime an event: at once if it waits for one, or when it asks.
    public void offer(InvocationEvent event) {
        var place = isConcurrent() ? freePlace() : places[0];
        place.put(event);
        var connection = waiting.pollFirst();
        if (connection != null) {
            place.give(connection);
        } else if (isConcurrent()) {
            unfetched.add(place);
        }
    }

    private InvocationPlace freePlace() {
        for (var place : places) {
            if (place.state() == RuntimeState.READY && !place.hasEvent()) {
                return place;
            }
        }
        throw new IllegalStateException("The runtime has as many events as it may");
    }

    /// A `next` has arrived.
    ///
    /// @return the refusal; null if the connection's `answerNext` was called or will be
    @Nullable
    RuntimeAnswer next(RuntimeConnection connection) {
        for (var place : places) {
            place.noticeBrokenPost();
        }
        if (exited) {
            // Nobody is there any more to take an event.
            return null;
        }
        return isConcurrent() ? nextOfSeveral(connection) : nextOfOne(places[0], connection);
    }

    private @Nullable RuntimeAnswer nextOfOne(InvocationPlace place, RuntimeConnection connection) {
        if (place.isDelivering()) {
            early.add(connection);
            return null;
        }
        switch (place.state()) {
            case STARTED, RESTORING, RESPONSE_SENT -> {
                place.ready();
                waiting.add(connection);
                tellAsked();
                place.releaseAnswer();
            }
            case READY -> {
                if (place.hasEvent()) {
                    place.give(connection);
                } else {
                    waiting.add(connection);
                }
            }
            case RUNNING -> place.give(connection);
            case INIT_ERROR, RESTORE_READY, RESTORE_ERROR, RESPONDING, FAILING -> {
                return RuntimeAnswer.notAllowed(place.state(), RuntimeState.READY);
            }
        }
        return null;
    }

    private @Nullable RuntimeAnswer nextOfSeveral(RuntimeConnection connection) {
        if (places[0].state() == RuntimeState.INIT_ERROR) {
            return RuntimeAnswer.notAllowed(RuntimeState.INIT_ERROR, RuntimeState.READY);
        }
        if (places[0].state() == RuntimeState.STARTED) {
            for (var place : places) {
                place.ready();
            }
            waiting.add(connection);
            tellAsked();
            return null;
        }
        var place = unfetched.pollFirst();
        if (place != null) {
            place.give(connection);
        } else {
            waiting.add(connection);
        }
        return null;
    }

    // SnapStart

    boolean restores() {
        return restores;
    }

    /// A `restore/next` has arrived: the runtime is initialised, and goes on once it is restored.
    ///
    /// @return the refusal; null if the connection's `answerRestore` will be called
    @Nullable
    RuntimeAnswer restoreNext(RuntimeConnection connection) {
        var place = places[0];
        if (!restores) {
            return RuntimeAnswer.NOT_FOUND;
        }
        if (exited) {
            return null;
        }
        switch (place.state()) {
            case STARTED -> {
                awaitingRestore = connection;
                place.become(RuntimeState.RESTORE_READY);
                tellAsked();
            }
            // Whoever lost the connection asks again.
            case RESTORE_READY -> awaitingRestore = connection;
            case RESTORING -> connection.answerRestore();
            case INIT_ERROR, RESTORE_ERROR, READY, RUNNING, RESPONDING, FAILING, RESPONSE_SENT -> {
                return RuntimeAnswer.notAllowed(place.state(), RuntimeState.RESTORE_READY);
            }
        }
        return null;
    }

    /// Restores a runtime that waits for that. It asks for its first event when it has done what it has to.
    ///
    /// @return false if it does not wait: it has nothing to do
    public boolean restore() {
        var place = places[0];
        if (place.state() != RuntimeState.RESTORE_READY) {
            return false;
        }
        place.become(RuntimeState.RESTORING);
        var connection = awaitingRestore;
        awaitingRestore = null;
        if (connection != null) {
            connection.answerRestore();
        }
        return true;
    }

    private void tellAsked() {
        if (!ended) {
            listener.asked();
        }
    }

    // Answers

    /// The place that a post is for; null if no such invocation is known.
    @Nullable
    InvocationPlace find(RequestHead head) {
        if (head.call() == Call.INIT_ERROR || head.call() == Call.RESTORE_ERROR) {
            return places[0];
        }
        InvocationPlace found = null;
        for (var place : places) {
            boolean named = place.requestId().equals(head.requestId());
            // Another may be where the same invocation was tried before.
            if (named && (found == null || place.hasEvent())) {
                found = place;
            }
        }
        return found;
    }

    /// A streamed answer begins.
    @Nullable
    PieceSink begins(InvocationPlace place, String contentType) {
        return listener.begins(place.requestId(), contentType);
    }

    /// What was posted has been read.
    void posted(InvocationPlace place, RuntimePost post) {
        var requestId = place.requestId();
        if (isConcurrent() && place.state() == RuntimeState.RESPONSE_SENT) {
            // The runtime has asked ahead, or will.
            unfetched.remove(place);
            place.ready();
        }
        // Of a process that has ended in the middle of an answer, its end is what is told.
        boolean brokeOff = exited && post instanceof RuntimePost.Truncated;
        if (!ended && !brokeOff) {
            listener.posted(requestId, post);
        }
        if (ended || !listener.keepsBody(requestId)) {
            place.releaseAnswer();
        }
        var askers = List.copyOf(early);
        early.clear();
        for (var asker : askers) {
            var _ = next(asker);
        }
    }

    // Its end

    /// The process has ended: no more events are handed out, and what it wrote before is read.
    ///
    /// @param then called once all connections have come to their end, by `stopHearing`, or when it is muted
    public void hearLastWords(Runnable then) {
        waiting.clear();
        early.clear();
        unfetched.clear();
        awaitingRestore = null;
        exited = true;
        allHeard = then;
        noticeEnd();
    }

    /// It has taken long enough.
    public void stopHearing() {
        var then = allHeard;
        if (then != null) {
            allHeard = null;
            then.run();
        }
    }

    private void noticeEnd() {
        if (connections.isEmpty()) {
            stopHearing();
        }
    }

    /// Nothing is told after this, and no event handed out. The connections stay, for a runtime that is being ended
    /// is not to find them broken before it has: it would say so in the function's log. Only what is being posted
    /// breaks off, since nobody wants it any more.
    public void mute() {
        ended = true;
        awaitingRestore = null;
        waiting.clear();
        unfetched.clear();
        for (var place : places) {
            place.mute();
        }
        stopHearing();
    }

    /// The runtime has ended: closes every connection.
    public void end() {
        mute();
        // Closing one takes it off the list.
        List.copyOf(connections).forEach(RuntimeConnection::close);
        connections.clear();
    }

    // Connections

    void opened(RuntimeConnection connection) {
        connections.add(connection);
    }

    void closed(RuntimeConnection connection) {
        connections.remove(connection);
        waiting.remove(connection);
        early.remove(connection);
        if (awaitingRestore == connection) {
            awaitingRestore = null;
        }
        for (var place : places) {
            if (place.lost(connection) && isConcurrent() && !ended) {
                giveAgain(place);
            }
        }
        noticeEnd();
    }

    /// Only the connection that breaks tells that an event has not arrived: where several are under way, whoever asks
    /// is not known to ask again.
    private void giveAgain(InvocationPlace place) {
        var other = waiting.pollFirst();
        if (other != null) {
            place.give(other);
        } else {
            unfetched.addFirst(place);
        }
    }

    /// We failed while a connection was dealt with.
    void failed(Throwable defect) {
        listener.failed(defect);
    }

    /// Whether it may have one more.
    boolean hasRoomForConnection() {
        return connections.size() < FREE_CONNECTIONS + 2 * places.length;
    }
}
