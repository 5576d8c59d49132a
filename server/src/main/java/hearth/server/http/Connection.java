package hearth.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/// One client's connection: reads a request, has it served, writes the answer, and only then looks at the next one,
/// so that answers go out in order and a connection holds one request's memory. What its parts do (`RequestReader`,
/// `AnswerDelivery`) is put in order here.
///
/// All fields belong to the connection's event loop.
final class Connection extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(Connection.class.getName());

    /// What a client that was refused may still send before its connection is cut, so that it reads the answer.
    private static final long LINGERING_BYTES = 128L << 20;

    private final Service service;
    private final ConnectionBudgets budgets;
    private final Channel channel;
    private final OpenConnections open;
    private final ConnectionMemory memory;
    private final ConnectionState state;
    private final ReceivedBytes received;
    private final AnswerWriter writer;
    private final RequestReader requests;
    private final AnswerDelivery answers;

    private boolean processing;
    private boolean draining;
    private long lingered;
    private String remote = "";
    private boolean fromThisHost;

    Connection(
            HttpListener listener,
            Service service,
            ConnectionBudgets budgets,
            Channel channel,
            OpenConnections open,
            ResponseEncoder encoder) {
        this.service = service;
        this.budgets = budgets;
        this.channel = channel;
        this.open = open;
        this.memory = new ConnectionMemory(budgets.heads());
        this.state = new ConnectionState(listener.limits());
        this.received = new ReceivedBytes(channel, memory);
        this.writer = new AnswerWriter(channel, encoder, budgets.answers(), listener.besideLoops());
        this.requests = new RequestReader(this, listener, service, budgets.bodies(), memory, state, received, writer);
        this.answers = new AnswerDelivery(this, service, channel, budgets.answers(), requests, state, writer);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        open.add(this);
        if (channel.remoteAddress() instanceof InetSocketAddress address) {
            fromThisHost = address.getAddress().isLoopbackAddress();
            remote = address.getAddress().getHostAddress() + ":" + address.getPort();
        }
        state.awaitRequest();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        open.remove(this);
        // A request that is being served keeps its memory counted until its answer comes.
        if (state.phase() != ConnectionState.Phase.ANSWERING) {
            requests.release();
        }
        state.close();
        answers.close();
        received.drop();
        memory.release();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        writer.holdBack();
        var in = (ByteBuf) message;
        switch (state.phase()) {
            case CLOSED -> in.release();
            case LINGERING -> {
                linger(in.readableBytes());
                in.release();
            }
            case IDLE, HEAD, QUEUED, BODY, ANSWERING, WRITING -> {
                received.add(ctx.alloc(), in);
                process();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        writer.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (state.phase() == ConnectionState.Phase.WRITING && writer.isTaken()) {
            awaitNext();
            process();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            received.end();
            switch (state.phase()) {
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

    /// Goes on with what has been read, as far as it goes. An answer that comes while this runs is followed by the
    /// same loop, not by another one inside it.
    void process() {
        if (processing) {
            return;
        }
        processing = true;
        try {
            while (step()) {
                // The next phase may have its bytes already.
            }
        } catch (MalformedRequestException e) {
            requests.refuse(ListenerRefusals.malformed(e.getMessage()));
        } catch (RuntimeException | Error fault) {
            fault(fault);
        } finally {
            processing = false;
        }
        if (received.isEnded() && state.isReading()) {
            requests.refuse(ListenerRefusals.endedEarly());
        }
        if (!state.isClosed()) {
            if (received.isEmpty() || state.isLingering()) {
                received.drop();
            }
            countAhead();
            received.read(
                    !state.isWaiting() || (state.phase() != ConnectionState.Phase.QUEUED && received.hasRoomAhead()));
        }
    }

    private boolean step() throws MalformedRequestException {
        return switch (state.phase()) {
            case IDLE, HEAD -> !received.isEmpty() && requests.readHead();
            case BODY -> requests.readBody();
            case LINGERING -> {
                lingered += received.unread().readableBytes();
                received.drop();
                yield false;
            }
            case QUEUED, ANSWERING, WRITING, CLOSED -> false;
        };
    }

    private void countAhead() {
        if (!received.count(state.isWaiting())) {
            budgets.bodies().refused();
            if (state.phase() == ConnectionState.Phase.QUEUED) {
                requests.refuse(ListenerRefusals.noMemory());
            }
        }
    }

    /// A fault, of whatever kind, ends the request that met it.
    private void fault(Throwable fault) {
        var failed = requests.inHand();
        if (failed == null) {
            LOG.log(Level.ERROR, "A connection failed", fault);
            close();
        } else {
            fault(failed, fault);
        }
    }

    void fault(RequestInHand failed, Throwable fault) {
        LOG.log(Level.ERROR, "Request " + failed.exchange().requestId() + " met a fault", fault);
        failed.refused(state.phase() == ConnectionState.Phase.ANSWERING);
        if (failed == requests.inHand()) {
            state.awaitAnswer();
        }
        failed.exchange().answer(service.fault());
    }

    /// See [Exchange#answer].
    void answer(Exchange answered, HttpResponse response) {
        answers.answer(answered, response);
    }

    /// See [Exchange#answer].
    void answer(Exchange answered, FileResponse response) {
        answers.answer(answered, response);
    }

    /// See [Exchange#begin].
    StreamedBody begin(Exchange answered, int status, Map<String, String> headers, List<String> cookies) {
        return answers.begin(answered, status, headers, cookies);
    }

    boolean isFromThisHost() {
        return fromThisHost;
    }

    /// The client's address.
    String remote() {
        return remote;
    }

    /// Whether the connection serves another request after this one.
    boolean stays(RequestInHand ended) {
        return ended.keepsAlive() && mayServeAnother();
    }

    private boolean mayServeAnother() {
        return !draining && !open.isSendingAway() && received.mayHoldAnother();
    }

    /// The client has room for more, though not all of the last answer need be on its way.
    void awaitNext() {
        state.awaitRequest();
        writer.end();
        if (!mayServeAnother()) {
            finish();
        }
    }

    /// Ends the connection so that the client reads the last answer: a socket closed with unread bytes in it would
    /// be reset, and the answer lost.
    void finish() {
        state.linger();
        received.read(true);
        var duplex = (DuplexChannel) channel;
        var _ = duplex.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
            writer.end();
            if (received.isEnded() || draining) {
                close();
            } else {
                var _ = duplex.shutdownOutput();
            }
        });
    }

    private void linger(int bytes) {
        lingered += bytes;
        if (lingered > LINGERING_BYTES) {
            close();
        }
    }

    /// Ends what is out of time. Called every now and then.
    void check(long now) {
        if (!state.isOverdue(now)) {
            return;
        }
        switch (state.phase()) {
            case HEAD -> requests.refuse(ListenerRefusals.tooSlow());
            case QUEUED -> requests.refuseForMemory(ListenerRefusals.noMemory());
            case BODY -> {
                if (!state.hasRead(requests.bodyCount(), now)) {
                    requests.refuse(ListenerRefusals.tooSlow());
                }
            }
            case WRITING, LINGERING -> {
                if (!state.hasSent(writer.unsent(), now)) {
                    close();
                }
            }
            case IDLE, ANSWERING, CLOSED -> close();
        }
    }

    /// Takes no further request.
    void drain() {
        draining = true;
        if (state.phase() == ConnectionState.Phase.IDLE || state.isLingering()) {
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
}
