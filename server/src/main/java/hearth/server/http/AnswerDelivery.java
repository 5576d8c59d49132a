package hearth.server.http;

import hearth.model.memory.MemoryBudget;
import io.netty.channel.Channel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Delivers the answers of one connection, whole or piece by piece, whatever thread they come from, and tells the
/// service of each request that has ended. An answer whose request is no longer in hand is thrown away.
///
/// Used on the connection's event loop, where nothing else is said.
final class AnswerDelivery {
    private final Connection connection;
    private final Service service;
    private final Channel channel;
    private final MemoryBudget budget;
    private final RequestReader requests;
    private final ConnectionState state;
    private final AnswerWriter writer;
    /// The answer that is sent piece by piece.
    private @Nullable Unfinished unfinished;

    /// @param bytes of its body; -1 where nobody knows yet
    private record Unfinished(Exchange exchange, int status, Map<String, String> headers, long bytes) {}

    AnswerDelivery(
            Connection connection,
            Service service,
            Channel channel,
            MemoryBudget budget,
            RequestReader requests,
            ConnectionState state,
            AnswerWriter writer) {
        this.connection = connection;
        this.service = service;
        this.channel = channel;
        this.budget = budget;
        this.requests = requests;
        this.state = state;
        this.writer = writer;
    }

    /// See [Exchange#answer]. May be called by any thread.
    void answer(Exchange answered, HttpResponse response) {
        // Whoever made the answer counts it only until this returns.
        long onItsWay = channel.eventLoop().inEventLoop() ? 0 : response.length();
        budget.hold(onItsWay);
        connection.onEventLoop(() -> {
            try {
                send(answered, response);
            } finally {
                budget.giveBack(onItsWay);
            }
        });
    }

    private void send(Exchange answered, HttpResponse response) {
        var ended = requests.inHand();
        if (ended == null || !requests.awaits(answered)) {
            return;
        }
        requests.release();
        boolean cutOff = state.isClosed();
        service.answered(answered.answeredWith(response.status(), response.headers(), response.length(), cutOff));
        if (cutOff) {
            return;
        }
        boolean stays = connection.stays(ended);
        writer.write(response, answered, ended.persistence(stays));
        if (!stays) {
            connection.finish();
        } else if (writer.isTaken()) {
            connection.awaitNext();
        } else {
            state.write();
        }
        connection.process();
    }

    /// See [Exchange#answer]. May be called by any thread.
    void answer(Exchange answered, FileResponse response) {
        connection.onEventLoop(() -> send(answered, response));
    }

    private void send(Exchange answered, FileResponse response) {
        var ended = requests.inHand();
        if (ended == null || !requests.awaits(answered)) {
            response.close();
            return;
        }
        requests.release();
        if (state.isClosed()) {
            response.close();
            return;
        }
        boolean stays = connection.stays(ended);
        unfinished = new Unfinished(answered, response.status(), response.headers(), response.length());
        state.write();
        writer.write(response, answered, ended.persistence(stays), progress -> progressed(progress, stays, ended));
        connection.process();
    }

    /// See [Exchange#begin]. May be called by any thread.
    StreamedBody begin(Exchange answered, int status, Map<String, String> headers, List<String> cookies) {
        var body = new BodySender(connection);
        connection.onEventLoop(() -> begin(answered, status, headers, cookies, body));
        return body;
    }

    private void begin(
            Exchange answered, int status, Map<String, String> headers, List<String> cookies, BodySender body) {
        var ended = requests.inHand();
        if (ended == null || !requests.awaits(answered)) {
            return;
        }
        // Whoever makes the answer may need the request until its end.
        body.onEnd(ended::release);
        requests.forget();
        if (state.isClosed()) {
            return;
        }
        // To an old client the end of the body is that of the connection.
        boolean chunked = !ended.isOldProtocol();
        boolean stays = connection.stays(ended) && chunked;
        unfinished = new Unfinished(answered, status, headers, -1);
        writer.begin(status, headers, cookies, answered, ended.persistence(stays), chunked, body);
        body.start(channel, chunked, progress -> progressed(progress, stays, ended));
        connection.process();
    }

    /// How an answer goes that is sent piece by piece.
    private void progressed(AnswerProgress progress, boolean stays, RequestInHand ended) {
        writer.countMemory();
        switch (progress) {
            case SENDING -> state.write();
            case WAITING -> state.awaitAnswer();
            case FAILED -> connection.close();
            case WHOLE -> {
                ended(false);
                // The listener may have begun to drain, or the client have closed its side, since the answer began.
                if (stays && connection.stays(ended)) {
                    connection.awaitNext();
                } else {
                    connection.finish();
                }
                connection.process();
            }
        }
    }

    /// The connection is closed.
    void close() {
        ended(true);
        writer.end();
    }

    /// An answer that was sent piece by piece is whole, or will never be.
    private void ended(boolean cutOff) {
        var last = unfinished;
        if (last != null) {
            unfinished = null;
            service.answered(last.exchange.answeredWith(last.status, last.headers, last.bytes, cutOff));
        }
    }
}
