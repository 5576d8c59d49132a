package hearth.server.http;

import hearth.model.ApiException;
import hearth.model.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// One client's connection: reads a request, has it served, writes the answer, and only then looks at the next one,
/// so that answers go out in order and a connection holds one request's memory.
///
/// All fields belong to the connection's event loop.
final class Connection extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(Connection.class.getName());
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /// Pipelined bytes that are read ahead while a request is being answered.
    private static final int READ_AHEAD = 64 << 10;

    /// What a client that was refused may still send before its connection is cut, so that it reads the answer.
    private static final long LINGERING_BYTES = 128L << 20;

    private enum Phase {
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

    private final HttpListener listener;
    private final Service service;
    private final ConnectionBudgets budgets;
    private final HttpLimits limits;
    private final Channel channel;
    private final OpenConnections open;
    private final ConnectionMemory memory;
    private final AnswerWriter answers;
    private final HeadReader headReader;

    private ByteBuf pending = Unpooled.EMPTY_BUFFER;
    private Phase phase = Phase.IDLE;
    private boolean processing;
    private boolean inputEnded;
    /// Whether something that was sent ahead was thrown away, so that no further request can be read.
    private boolean lacksInput;
    private boolean draining;

    /// The request that is read or answered; null between two of them.
    private @Nullable RequestInHand request;
    /// The answer that is sent piece by piece.
    private @Nullable Unfinished unfinished;

    private long deadline;
    private long progressMark;
    private long lingered;
    private String remote = "";
    private boolean fromThisHost;

    /// @param bytes of its body; -1 where nobody knows yet
    private record Unfinished(Exchange exchange, int status, Map<String, String> headers, long bytes) {}

    Connection(
            HttpListener listener,
            Service service,
            ConnectionBudgets budgets,
            Channel channel,
            OpenConnections open,
            ResponseEncoder encoder) {
        this.listener = listener;
        this.service = service;
        this.budgets = budgets;
        this.limits = listener.limits();
        this.channel = channel;
        this.open = open;
        this.memory = new ConnectionMemory(budgets.heads());
        this.answers = new AnswerWriter(channel, encoder, budgets.answers(), listener.besideLoops());
        this.headReader = new HeadReader(limits);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        open.add(this);
        if (channel.remoteAddress() instanceof InetSocketAddress address) {
            fromThisHost = address.getAddress().isLoopbackAddress();
            remote = address.getAddress().getHostAddress() + ":" + address.getPort();
        }
        deadline = System.nanoTime() + limits.idleTime().toNanos();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        open.remove(this);
        // A request that is being served keeps its memory counted until its answer comes.
        if (phase != Phase.ANSWERING) {
            releaseRequest();
        }
        phase = Phase.CLOSED;
        finished(true);
        answers.end();
        dropPending();
        memory.release();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        answers.holdBack();
        var in = (ByteBuf) message;
        if (phase == Phase.CLOSED) {
            in.release();
            return;
        }
        if (phase == Phase.LINGERING) {
            lingered += in.readableBytes();
            in.release();
            if (lingered > LINGERING_BYTES) {
                close();
            }
            return;
        }
        pending = pending.isReadable()
                ? ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), pending, in)
                : replacePending(in);
        process();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        answers.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (phase == Phase.WRITING && answers.isTaken()) {
            awaitNext();
            process();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            switch (phase) {
                case QUEUED, ANSWERING, WRITING -> {}
                case HEAD, BODY -> process();
                case IDLE, LINGERING -> finish();
                case CLOSED -> close();
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.log(Level.ERROR, "A connection failed", cause);
        }
        close();
    }

    private ByteBuf replacePending(ByteBuf in) {
        pending.release();
        return in;
    }

    private void dropPending() {
        pending.release();
        pending = Unpooled.EMPTY_BUFFER;
    }

    /// Goes on with what has been read, as far as it goes. An answer that comes while this runs is followed by the
    /// same loop, not by another one inside it.
    private void process() {
        if (processing) {
            return;
        }
        processing = true;
        try {
            while (step()) {
                // The next phase may have its bytes already.
            }
        } catch (MalformedRequestException e) {
            refuse(ListenerRefusals.malformed(e.getMessage()));
        } catch (RuntimeException | Error fault) {
            fault(fault);
        } finally {
            processing = false;
        }
        if (inputEnded && (phase == Phase.HEAD || phase == Phase.BODY)) {
            refuse(ListenerRefusals.endedEarly());
        }
        if (phase != Phase.CLOSED) {
            if (!pending.isReadable() || phase == Phase.LINGERING) {
                dropPending();
            }
            countAhead();
            read(!isWaiting() || (phase != Phase.QUEUED && pending.readableBytes() < READ_AHEAD));
        }
    }

    /// Where there is no room for what a client sends ahead, it is thrown away, and the connection ends with the
    /// answer.
    private void countAhead() {
        if (!memory.takeAhead(isWaiting() ? pending.capacity() : 0)) {
            budgets.bodies().refused();
            dropPending();
            lacksInput = true;
            if (phase == Phase.QUEUED) {
                refuse(ListenerRefusals.noMemory());
            }
        }
    }

    /// Once the end has come there is nothing more to read.
    private void read(boolean on) {
        if (!inputEnded) {
            channel.config().setAutoRead(on);
        }
    }

    private boolean isWaiting() {
        return phase == Phase.QUEUED || phase == Phase.ANSWERING || phase == Phase.WRITING;
    }

    private boolean step() throws MalformedRequestException {
        return switch (phase) {
            case IDLE, HEAD -> pending.isReadable() && readHead();
            case BODY -> readBody();
            case LINGERING -> {
                lingered += pending.readableBytes();
                dropPending();
                yield false;
            }
            case QUEUED, ANSWERING, WRITING, CLOSED -> false;
        };
    }

    private boolean readHead() throws MalformedRequestException {
        if (phase == Phase.IDLE) {
            phase = Phase.HEAD;
            deadline = System.nanoTime() + limits.headTime().toNanos();
        }
        var head = headReader.read(pending);
        if (!memory.takeHead(head == null ? headReader.held() : headReader.lastHead())) {
            budgets.bodies().refused();
            refuse(ListenerRefusals.noMemory());
            return true;
        }
        if (head == null) {
            return false;
        }
        begin(head);
        return true;
    }

    private void begin(RequestHead head) throws MalformedRequestException {
        var exchange = new Exchange(this, listener.newRequestId(), head);
        var next = RequestInHand.of(exchange, head);
        request = next;
        long length = BodyLength.of(head);
        // A large body waits for memory in any case.
        if (length <= MemoryBudget.SMALL && budgets.bodies().isOverdrawn()) {
            budgets.bodies().refused();
            refuse(ListenerRefusals.noMemory(), length == 0);
            return;
        }
        try {
            var handler = service.admit(head, exchange);
            if (length > handler.bodyLimit()) {
                refuse(handler.tooLarge());
                return;
            }
            next.admitted(
                    handler,
                    length,
                    budgets.bodies(),
                    () -> new BodyHash(listener.besideLoops(), failure -> onEventLoop(() -> fault(next, failure))));
        } catch (ApiException refusal) {
            refuse(refusal, length == 0);
            return;
        } catch (RefusedRequestException refusal) {
            refuse(refusal.answer(), length == 0);
            return;
        }
        deadline = System.nanoTime() + limits.memoryTime().toNanos();
        takeMemory(next, length != 0 && head.expectsContinue());
    }

    private void takeMemory(RequestInHand next, boolean expectsContinue) {
        phase = Phase.QUEUED;
        switch (next.body().takeAnnounced(() -> onEventLoop(() -> granted(next, expectsContinue)))) {
            case COMPLETE -> beginBody(expectsContinue);
            case AWAITS_MORE -> {}
            case NO_MEMORY -> refuseForMemory(ListenerRefusals.noMemory());
            case TOO_LARGE, NEVER_ANY_ROOM -> refuseForMemory(ListenerRefusals.neverAnyRoom());
        }
    }

    private void refuseForMemory(ApiException refusal) {
        budgets.bodies().refused();
        refuse(refusal);
    }

    /// There is memory for the body of a request, which may have been given up.
    private void granted(RequestInHand waited, boolean expectsContinue) {
        if (waited == request && waited.body().isWaiting()) {
            waited.body().granted();
            beginBody(expectsContinue);
            process();
        }
    }

    private void beginBody(boolean expectsContinue) {
        phase = Phase.BODY;
        progressMark = 0;
        deadline = System.nanoTime() + limits.progressTime().toNanos();
        if (expectsContinue && !pending.isReadable()) {
            answers.write(Unpooled.wrappedBuffer(CONTINUE));
        }
    }

    private boolean readBody() throws MalformedRequestException {
        var reading = inHand();
        switch (reading.read(pending)) {
            case AWAITS_MORE -> {
                return false;
            }
            case TOO_LARGE -> refuse(reading.handler().tooLarge());
            case NO_MEMORY -> refuseForMemory(ListenerRefusals.noMemory());
            case NEVER_ANY_ROOM -> refuseForMemory(ListenerRefusals.neverAnyRoom());
            case COMPLETE -> {
                phase = Phase.ANSWERING;
                reading.hash(sha256 -> onEventLoop(() -> serve(reading, sha256)));
            }
        }
        return true;
    }

    private void serve(RequestInHand whole, byte[] sha256) {
        try {
            whole.serve(sha256);
        } catch (ApiException refusal) {
            whole.exchange().answer(service.refusal(refusal));
        } catch (RuntimeException | Error fault) {
            fault(whole, fault);
        }
    }

    /// A fault, of whatever kind, ends the request that met it.
    private void fault(Throwable fault) {
        if (request == null) {
            LOG.log(Level.ERROR, "A connection failed", fault);
            close();
        } else {
            fault(request, fault);
        }
    }

    private void fault(RequestInHand failed, Throwable fault) {
        LOG.log(Level.ERROR, "Request " + failed.exchange().requestId() + " met a fault", fault);
        failed.refused(phase == Phase.ANSWERING);
        if (failed == request) {
            phase = Phase.ANSWERING;
        }
        failed.exchange().answer(service.fault());
    }

    /// Refuses a request that is not whole, or of which nothing is understood.
    private void refuse(ApiException refusal) {
        refuse(refusal, false);
    }

    private void refuse(ApiException refusal, boolean whole) {
        refuse(service.refusal(refusal), whole);
    }

    private void refuse(HttpResponse refusal, boolean whole) {
        var refused =
                request != null ? request : RequestInHand.unread(new Exchange(this, listener.newRequestId(), null));
        request = refused;
        refused.refused(whole);
        phase = Phase.ANSWERING;
        refused.exchange().answer(refusal);
    }

    /// See [Exchange#answer].
    void answer(Exchange answered, HttpResponse response) {
        // Whoever made the answer counts it only until this returns.
        long onItsWay = channel.eventLoop().inEventLoop() ? 0 : response.body().length;
        budgets.answers().hold(onItsWay);
        onEventLoop(() -> {
            try {
                send(answered, response);
            } finally {
                budgets.answers().giveBack(onItsWay);
            }
        });
    }

    private void send(Exchange answered, HttpResponse response) {
        var ended = request;
        boolean awaited = isAwaited(answered);
        boolean begins = begins(answered);
        if (awaited) {
            service.answered(
                    answered.answeredWith(response.status(), response.headers(), response.body().length, !begins));
        }
        if (!begins || ended == null) {
            return;
        }
        boolean stays = stays(ended);
        answers.write(response, answered, ended.persistence(stays));
        if (!stays) {
            finish();
        } else if (answers.isTaken()) {
            awaitNext();
        } else {
            beginWriting();
        }
        process();
    }

    /// See [Exchange#answer].
    void answer(Exchange answered, FileResponse response) {
        onEventLoop(() -> {
            var ended = request;
            if (!begins(answered) || ended == null) {
                response.close();
                return;
            }
            boolean stays = stays(ended);
            unfinished = new Unfinished(answered, response.status(), response.headers(), response.length());
            beginWriting();
            answers.write(response, answered, ended.persistence(stays), progress -> progressed(progress, stays, ended));
            process();
        });
    }

    /// See [Exchange#begin].
    StreamedBody begin(Exchange answered, int status, Map<String, String> headers, List<String> cookies) {
        var body = new BodySender(this);
        onEventLoop(() -> {
            var ended = request;
            if (ended == null || !isAwaited(answered)) {
                return;
            }
            // Whoever makes the answer may need the request until its end.
            body.onEnd(ended::release);
            request = null;
            memory.releaseHead();
            if (phase == Phase.CLOSED) {
                return;
            }
            // To an old client the end of the body is that of the connection.
            boolean chunked = !ended.isOldProtocol();
            boolean stays = stays(ended) && chunked;
            unfinished = new Unfinished(answered, status, headers, -1);
            answers.begin(status, headers, cookies, answered, ended.persistence(stays), chunked, body);
            body.start(channel, chunked, progress -> progressed(progress, stays, ended));
            process();
        });
        return body;
    }

    /// How an answer goes that is sent piece by piece.
    private void progressed(AnswerProgress progress, boolean stays, RequestInHand ended) {
        answers.countMemory();
        switch (progress) {
            case SENDING -> beginWriting();
            case WAITING -> phase = Phase.ANSWERING;
            case FAILED -> close();
            case WHOLE -> {
                finished(false);
                // The listener may have begun to drain, or the client have closed its side, since the answer began.
                if (stays && stays(ended)) {
                    awaitNext();
                } else {
                    finish();
                }
                process();
            }
        }
    }

    /// An answer that was sent piece by piece is whole, or will never be.
    private void finished(boolean cutOff) {
        var last = unfinished;
        if (last != null) {
            unfinished = null;
            service.answered(last.exchange.answeredWith(last.status, last.headers, last.bytes, cutOff));
        }
    }

    boolean isFromThisHost() {
        return fromThisHost;
    }

    /// The client's address.
    String remote() {
        return remote;
    }

    private boolean isAwaited(Exchange answered) {
        return request != null && answered == request.exchange();
    }

    /// Whether this answer is awaited, and there is still someone to send it to.
    private boolean begins(Exchange answered) {
        if (!isAwaited(answered)) {
            return false;
        }
        releaseRequest();
        return phase != Phase.CLOSED;
    }

    /// Whether the connection serves another request after this one.
    private boolean stays(RequestInHand ended) {
        return ended.keepsAlive() && !draining && !lacksInput && !(inputEnded && !pending.isReadable());
    }

    private void beginWriting() {
        phase = Phase.WRITING;
        progressMark = -1;
        deadline = System.nanoTime() + limits.progressTime().toNanos();
    }

    private void awaitNext() {
        phase = Phase.IDLE;
        answers.end();
        deadline = System.nanoTime() + limits.idleTime().toNanos();
        if (draining || lacksInput || (inputEnded && !pending.isReadable())) {
            // The client has room for more, but not all of the last answer need be on its way.
            finish();
        }
    }

    /// Ends the connection so that the client reads the last answer: a socket closed with unread bytes in it would
    /// be reset, and the answer lost.
    private void finish() {
        phase = Phase.LINGERING;
        progressMark = -1;
        deadline = System.nanoTime() + limits.progressTime().toNanos();
        read(true);
        var duplex = (DuplexChannel) channel;
        var _ = duplex.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
            answers.end();
            if (inputEnded || draining) {
                close();
            } else {
                var _ = duplex.shutdownOutput();
            }
        });
    }

    /// Called every now and then.
    void check(long now) {
        if (phase == Phase.ANSWERING || now - deadline < 0) {
            return;
        }
        switch (phase) {
            case HEAD -> refuse(ListenerRefusals.tooSlow());
            case QUEUED -> refuseForMemory(ListenerRefusals.noMemory());
            case BODY -> {
                long count = inHand().body().count();
                if (count - progressMark < limits.progressBytes()) {
                    refuse(ListenerRefusals.tooSlow());
                } else {
                    progressMark = count;
                    deadline = now + limits.progressTime().toNanos();
                }
            }
            case WRITING, LINGERING -> {
                long unsent = answers.unsent();
                if (unsent == 0 || unsent == progressMark) {
                    close();
                } else {
                    progressMark = unsent;
                    deadline = now + limits.progressTime().toNanos();
                }
            }
            case IDLE, ANSWERING, CLOSED -> close();
        }
    }

    /// Takes no further request.
    void drain() {
        draining = true;
        if (phase == Phase.IDLE || phase == Phase.LINGERING) {
            finish();
        }
    }

    void close() {
        var _ = channel.close();
    }

    /// Runs a task on the connection's loop, at once if that runs this. A task that fails ends the connection:
    /// nobody knows what its client would read.
    void onEventLoop(Runnable task) {
        var loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            guarded(task);
            return;
        }
        try {
            loop.execute(() -> guarded(task));
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it every connection.
            LOG.log(Level.DEBUG, "An answer came after the end", e);
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error fault) {
            LOG.log(Level.ERROR, "A connection failed", fault);
            close();
        }
    }

    private void releaseRequest() {
        if (request != null) {
            request.release();
            request = null;
        }
        memory.releaseHead();
    }

    private RequestInHand inHand() {
        if (request == null) {
            throw new IllegalStateException("No request is in hand");
        }
        return request;
    }
}
