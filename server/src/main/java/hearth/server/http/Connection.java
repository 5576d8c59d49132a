package hearth.server.http;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.server.http.ResponseEncoder.Persistence;
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

    /// Head bytes that every connection may hold; more of them count as memory of a body.
    private static final int FREE_HEAD = 16 << 10;

    /// What a client that was refused may still send before its connection is cut, so that it reads the answer.
    private static final long LINGERING_BYTES = 128L << 20;

    private static final byte[] NO_BYTES = new byte[0];

    private enum Phase {
        /// No byte of a next request has come.
        IDLE,
        HEAD,
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
    private final BodyBudget budget;
    private final HttpLimits limits;
    private final Channel channel;
    private final Patrol patrol;
    private final AnswerWriter answers;
    private final HeadReader headReader;

    private ByteBuf pending = Unpooled.EMPTY_BUFFER;
    private Phase phase = Phase.IDLE;
    private boolean processing;
    private boolean inputEnded;
    private boolean draining;

    // The request in hand.
    private @Nullable Exchange exchange;
    private @Nullable Intake intake;
    private @Nullable BodyReader body;
    private @Nullable BodyHash hash;
    private boolean keepAlive;
    private boolean oldProtocol;
    private long headMemory;
    /// An answer that is sent piece by piece.
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
            BodyBudget budget,
            Channel channel,
            Patrol patrol,
            ResponseEncoder encoder) {
        this.listener = listener;
        this.service = service;
        this.budget = budget;
        this.limits = listener.limits();
        this.channel = channel;
        this.patrol = patrol;
        this.answers = new AnswerWriter(channel, encoder, budget, listener.besideLoops());
        this.headReader = new HeadReader(limits);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        patrol.add(this);
        if (channel.remoteAddress() instanceof InetSocketAddress address) {
            fromThisHost = address.getAddress().isLoopbackAddress();
            remote = address.getAddress().getHostAddress() + ":" + address.getPort();
        }
        deadline = System.nanoTime() + limits.idleTime().toNanos();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        patrol.remove(this);
        // A request that is being served keeps its memory counted until its answer comes.
        if (phase != Phase.ANSWERING) {
            releaseRequest();
        }
        phase = Phase.CLOSED;
        finished(true);
        answers.end();
        dropPending();
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
                case ANSWERING, WRITING -> {}
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
            refuse(malformed(e.getMessage()));
        } finally {
            processing = false;
        }
        if (inputEnded && (phase == Phase.HEAD || phase == Phase.BODY)) {
            refuse(malformed("The request ended before it was whole."));
        }
        if (phase != Phase.CLOSED) {
            if (!pending.isReadable() || phase == Phase.LINGERING) {
                dropPending();
            }
            read(!isWaiting() || pending.readableBytes() < READ_AHEAD);
        }
    }

    /// Once the end has come there is nothing more to read.
    private void read(boolean on) {
        if (!inputEnded) {
            channel.config().setAutoRead(on);
        }
    }

    private boolean isWaiting() {
        return phase == Phase.ANSWERING || phase == Phase.WRITING;
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
            case ANSWERING, WRITING, CLOSED -> false;
        };
    }

    private boolean readHead() throws MalformedRequestException {
        if (phase == Phase.IDLE) {
            phase = Phase.HEAD;
            deadline = System.nanoTime() + limits.headTime().toNanos();
        }
        var head = headReader.read(pending);
        if (head == null) {
            return countHeadMemory();
        }
        begin(head);
        return true;
    }

    private boolean countHeadMemory() {
        long held = headReader.held() <= FREE_HEAD ? 0 : 2L * headReader.held();
        if (held > headMemory) {
            if (!budget.take(held - headMemory, headMemory)) {
                refuse(busy());
                return true;
            }
            headMemory = held;
        }
        return false;
    }

    private void begin(RequestHead head) throws MalformedRequestException {
        keepAlive = head.keepAlive();
        oldProtocol = head.minorVersion() == 0;
        var next = new Exchange(this, listener.newRequestId(), head);
        exchange = next;
        long length = BodyLength.of(head);
        if (budget.isOverdrawn()) {
            refuse(busy(), length == 0);
            return;
        }
        try {
            var admitted = service.admit(head, next);
            if (length > admitted.bodyLimit()) {
                refuse(admitted.tooLarge());
                return;
            }
            intake = admitted;
            body = length == BodyLength.CHUNKED
                    ? BodyReader.chunked(admitted.bodyLimit(), budget)
                    : BodyReader.ofLength(length, admitted.bodyLimit(), budget);
            hash = admitted.hashesBody() ? new BodyHash(listener.besideLoops()) : null;
        } catch (ApiException refusal) {
            refuse(refusal, length == 0);
            return;
        } catch (RefusedRequestException refusal) {
            refuse(refusal.answer(), length == 0);
            return;
        } catch (RuntimeException fault) {
            fault(fault);
            return;
        }
        phase = Phase.BODY;
        progressMark = 0;
        deadline = System.nanoTime() + limits.progressTime().toNanos();
        if (length != 0 && head.expectsContinue() && !pending.isReadable()) {
            answers.write(Unpooled.wrappedBuffer(CONTINUE));
        }
    }

    private boolean readBody() throws MalformedRequestException {
        var reader = inHand(body);
        var progress = reader.read(pending);
        if (hash != null && progress == BodyReader.Progress.AWAITS_MORE) {
            hash.arrived(reader.buffer(), reader.count());
        }
        switch (progress) {
            case AWAITS_MORE -> {
                return false;
            }
            case TOO_LARGE -> refuse(inHand(intake).tooLarge());
            case NO_MEMORY -> refuse(busy());
            case COMPLETE -> {
                phase = Phase.ANSWERING;
                serve(reader);
            }
        }
        return true;
    }

    private void serve(BodyReader reader) {
        if (hash == null) {
            serve(reader, NO_BYTES);
        } else {
            hash.finish(reader.buffer(), reader.count(), sha256 -> onEventLoop(() -> serve(reader, sha256)));
        }
    }

    private void serve(BodyReader reader, byte[] sha256) {
        try {
            inHand(intake).serve(reader.toByteArray(), sha256);
        } catch (ApiException refusal) {
            inHand(exchange).answer(service.refusal(refusal));
        } catch (RuntimeException fault) {
            fault(fault);
        }
    }

    private void fault(RuntimeException fault) {
        var failed = inHand(exchange);
        LOG.log(Level.ERROR, "Request " + failed.requestId() + " met a fault", fault);
        keepAlive &= phase == Phase.ANSWERING;
        failed.answer(service.fault());
    }

    /// Refuses a request that is not whole, or of which nothing is understood.
    private void refuse(ApiException refusal) {
        refuse(refusal, false);
    }

    private void refuse(ApiException refusal, boolean whole) {
        refuse(service.refusal(refusal), whole);
    }

    private void refuse(HttpResponse refusal, boolean whole) {
        var refused = exchange != null ? exchange : new Exchange(this, listener.newRequestId(), null);
        exchange = refused;
        keepAlive &= whole;
        phase = Phase.ANSWERING;
        refused.answer(refusal);
    }

    /// See [Exchange#answer].
    void answer(Exchange answered, HttpResponse response) {
        onEventLoop(() -> {
            boolean awaited = answered == exchange;
            boolean begins = begins(answered);
            if (awaited) {
                service.answered(
                        answered.answeredWith(response.status(), response.headers(), response.body().length, !begins));
            }
            if (!begins) {
                return;
            }
            boolean stays = stays();
            answers.write(response, answered, persistence(stays));
            if (!stays) {
                finish();
            } else if (answers.isTaken()) {
                awaitNext();
            } else {
                beginWriting();
            }
            process();
        });
    }

    /// See [Exchange#answer].
    void answer(Exchange answered, FileResponse response) {
        onEventLoop(() -> {
            if (!begins(answered)) {
                response.close();
                return;
            }
            boolean stays = stays();
            unfinished = new Unfinished(answered, response.status(), response.headers(), response.length());
            beginWriting();
            answers.write(response, answered, persistence(stays), progress -> progressed(progress, stays));
            process();
        });
    }

    /// See [Exchange#begin].
    StreamedBody begin(Exchange answered, int status, Map<String, String> headers) {
        var body = new BodySender(this);
        onEventLoop(() -> {
            if (!begins(answered)) {
                return;
            }
            // To an old client the end of the body is that of the connection.
            boolean stays = stays() && !oldProtocol;
            unfinished = new Unfinished(answered, status, headers, -1);
            answers.begin(status, headers, answered, persistence(stays), !oldProtocol, body);
            body.start(channel, !oldProtocol, progress -> progressed(progress, stays));
            process();
        });
        return body;
    }

    /// How an answer goes that is sent piece by piece.
    private void progressed(AnswerProgress progress, boolean stays) {
        switch (progress) {
            case SENDING -> beginWriting();
            case WAITING -> phase = Phase.ANSWERING;
            case FAILED -> close();
            case WHOLE -> {
                finished(false);
                // The listener may have begun to drain, or the client have closed its side, since the answer began.
                if (stays && stays()) {
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

    /// Whether this answer is awaited, and there is still someone to send it to.
    private boolean begins(Exchange answered) {
        if (answered != exchange) {
            return false;
        }
        releaseRequest();
        return phase != Phase.CLOSED;
    }

    /// Whether the connection serves another request after this answer.
    private boolean stays() {
        return keepAlive && !draining && !(inputEnded && !pending.isReadable());
    }

    private Persistence persistence(boolean stays) {
        return !stays ? Persistence.CLOSE : oldProtocol ? Persistence.KEEP_ALIVE : Persistence.UNSAID;
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
        if (draining || (inputEnded && !pending.isReadable())) {
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

    /// Called by the patrol every now and then.
    void check(long now) {
        if (phase == Phase.ANSWERING || now - deadline < 0) {
            return;
        }
        switch (phase) {
            case HEAD -> refuse(tooSlow());
            case BODY -> {
                long count = inHand(body).count();
                if (count - progressMark < limits.progressBytes()) {
                    refuse(tooSlow());
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

    void onEventLoop(Runnable task) {
        var loop = channel.eventLoop();
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it every connection.
            LOG.log(Level.DEBUG, "An answer came after the end", e);
        }
    }

    private void releaseRequest() {
        if (body != null) {
            body.release();
        }
        budget.giveBack(headMemory);
        headMemory = 0;
        body = null;
        intake = null;
        hash = null;
        exchange = null;
    }

    private static <T> T inHand(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("No request is in hand");
        }
        return part;
    }

    private static ApiException malformed(@Nullable String why) {
        return new ApiException(ApiError.BAD_REQUEST, String.valueOf(why));
    }

    private static ApiException tooSlow() {
        return new ApiException(ApiError.REQUEST_TIMEOUT, "The request was not whole in time.");
    }

    private static ApiException busy() {
        return new ApiException(ApiError.TOO_MANY_REQUESTS, "Rate Exceeded.").with("Reason", "CallerRateLimitExceeded");
    }
}
