package hearth.server.http;

import hearth.model.ApiException;
import hearth.model.memory.MemoryBudget;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads the requests of one connection, each when the one before is answered: the head, which the service admits or
/// refuses, then the body, for which memory is taken first. Has the whole request served, and keeps it in hand until
/// it is answered.
///
/// Used on the connection's event loop only.
final class RequestReader {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Connection connection;
    private final HttpListener listener;
    private final Service service;
    private final MemoryBudget bodies;
    private final ConnectionMemory memory;
    private final ConnectionState state;
    private final ReceivedBytes received;
    private final AnswerWriter writer;
    private final HeadReader headReader;
    /// Null between two requests.
    private @Nullable RequestInHand inHand;

    RequestReader(
            Connection connection,
            HttpListener listener,
            Service service,
            MemoryBudget bodies,
            ConnectionMemory memory,
            ConnectionState state,
            ReceivedBytes received,
            AnswerWriter writer) {
        this.connection = connection;
        this.listener = listener;
        this.service = service;
        this.bodies = bodies;
        this.memory = memory;
        this.state = state;
        this.received = received;
        this.writer = writer;
        this.headReader = new HeadReader(listener.limits());
    }

    /// The request that is read or answered; null between two of them.
    @Nullable
    RequestInHand inHand() {
        return inHand;
    }

    /// Whether this is the answer that is owed now.
    boolean awaits(Exchange answered) {
        return inHand != null && answered == inHand.exchange();
    }

    /// The request is answered, or given up.
    void release() {
        if (inHand != null) {
            inHand.release();
        }
        forget();
    }

    /// The request is answered, and somebody else gives the memory of its body back.
    void forget() {
        inHand = null;
        memory.releaseHead();
    }

    /// Reads on in a head.
    ///
    /// @return false when more must come
    boolean readHead() throws MalformedRequestException {
        if (state.phase() == ConnectionState.Phase.IDLE) {
            state.readHead();
        }
        var head = headReader.read(received.unread());
        if (!memory.takeHead(head == null ? headReader.held() : headReader.lastHead())) {
            refuseForMemory(ListenerRefusals.noMemory());
            return true;
        }
        if (head == null) {
            return false;
        }
        begin(head);
        return true;
    }

    private void begin(RequestHead head) throws MalformedRequestException {
        var exchange = new Exchange(connection, listener.newRequestId(), head);
        var next = RequestInHand.of(exchange, head);
        inHand = next;
        long length = BodyLength.of(head);
        // A large body waits for memory in any case.
        if (length <= MemoryBudget.SMALL && bodies.isOverdrawn()) {
            bodies.refused();
            refuse(service.refusal(ListenerRefusals.noMemory()), length == 0);
            return;
        }
        try {
            var handler = service.admit(head, exchange);
            if (length > handler.bodyLimit()) {
                refuse(handler.tooLarge());
                return;
            }
            next.admitted(handler, length, bodies, () -> hash(next));
        } catch (ApiException refusal) {
            refuse(service.refusal(refusal), length == 0);
            return;
        } catch (RefusedRequestException refusal) {
            refuse(refusal.answer(), length == 0);
            return;
        }
        takeMemory(next, length != 0 && head.expectsContinue());
    }

    private BodyHash hash(RequestInHand of) {
        return new BodyHash(
                listener.besideLoops(), failure -> connection.onEventLoop(() -> connection.fault(of, failure)));
    }

    private void takeMemory(RequestInHand next, boolean expectsContinue) {
        state.awaitMemory();
        switch (next.body().takeAnnounced(() -> connection.onEventLoop(() -> granted(next, expectsContinue)))) {
            case COMPLETE -> beginBody(expectsContinue);
            case AWAITS_MORE -> {}
            case NO_MEMORY -> refuseForMemory(ListenerRefusals.noMemory());
            case TOO_LARGE, NEVER_ANY_ROOM -> refuseForMemory(ListenerRefusals.neverAnyRoom());
        }
    }

    /// There is memory for the body of a request, which may have been given up.
    private void granted(RequestInHand waited, boolean expectsContinue) {
        if (waited == inHand && waited.body().isWaiting()) {
            waited.body().granted();
            beginBody(expectsContinue);
            connection.process();
        }
    }

    private void beginBody(boolean expectsContinue) {
        state.readBody();
        if (expectsContinue && received.isEmpty()) {
            writer.write(Unpooled.wrappedBuffer(CONTINUE));
        }
    }

    /// Reads on in a body.
    ///
    /// @return false when more must come
    boolean readBody() throws MalformedRequestException {
        var reading = present();
        switch (reading.read(received.unread())) {
            case AWAITS_MORE -> {
                return false;
            }
            case TOO_LARGE -> refuse(reading.handler().tooLarge());
            case NO_MEMORY -> refuseForMemory(ListenerRefusals.noMemory());
            case NEVER_ANY_ROOM -> refuseForMemory(ListenerRefusals.neverAnyRoom());
            case COMPLETE -> {
                state.awaitAnswer();
                reading.hash(sha256 -> connection.onEventLoop(() -> serve(reading, sha256)));
            }
        }
        return true;
    }

    /// How much of the body has come.
    long bodyCount() {
        return present().body().count();
    }

    private void serve(RequestInHand whole, byte[] sha256) {
        try {
            whole.serve(sha256);
        } catch (ApiException refusal) {
            whole.exchange().answer(service.refusal(refusal));
        } catch (RuntimeException | Error fault) {
            connection.fault(whole, fault);
        }
    }

    void refuseForMemory(ApiException refusal) {
        bodies.refused();
        refuse(refusal);
    }

    /// Refuses a request that is not whole, or of which nothing is understood.
    void refuse(ApiException refusal) {
        refuse(service.refusal(refusal), false);
    }

    private void refuse(HttpResponse refusal, boolean whole) {
        var refused =
                inHand != null ? inHand : RequestInHand.unread(new Exchange(connection, listener.newRequestId(), null));
        inHand = refused;
        refused.refused(whole);
        state.awaitAnswer();
        refused.exchange().answer(refusal);
    }

    private RequestInHand present() {
        if (inHand == null) {
            throw new IllegalStateException("No request is in hand");
        }
        return inHand;
    }
}
