package hearth.link.wire;

import hearth.link.certificates.MemberName;
import hearth.link.message.MalformedMessageException;
import hearth.link.message.Message;
import hearth.link.message.Message.Command;
import hearth.link.message.MessageCodec;
import hearth.link.message.Versions;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.WorkerCommand;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/// A connection to the other side, which carries all messages both ways.
///
/// Little of it is ever given to the kernel at once, so that whose turn it is is decided here (`Outbox`). Whoever sends
/// nothing, or takes nothing, for a while is dead (`LinkTiming`). Whatever is wrong with what comes ends the
/// connection, and nothing else.
///
/// Belongs to its loop; `send` and `close` may be called by any thread.
public final class Connection extends ByteToMessageDecoder {
    private static final System.Logger LOG = System.getLogger(Connection.class.getName());

    /// What the kernel holds that is not on its way, and what Netty holds before it.
    private static final int MOST_UNSENT = 64 << 10;

    /// How much is written before others have their turn on the loop.
    private static final int TURN = 256 << 10;

    private static final int LONGEST_REASON = 200;
    private static final String CLOSED = "it closed the connection";

    private final LinkTiming timing;
    private final MemoryBudget memory;
    private final Conversation conversation;
    private final EventLoop loop;
    private final EpollSocketChannel channel;
    private final SslHandler tls;
    private final Outbox outbox = new Outbox();
    private final Inbox inbox;
    private final ConcurrentLinkedQueue<Outgoing> handedIn = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean awake = new AtomicBoolean();
    private @Nullable Future<?> ticks;
    private @Nullable Future<?> handshakeLimit;
    /// How many ticks have passed since the other side was heard, and since it took something while something waited.
    private int unheard;

    private int untaken;
    private int unfinishedWrites;
    private boolean introduced;
    /// Of the protocol, as the two sides have agreed; 0 before. Read by any thread that sends.
    private volatile int version;

    /// Whether the worker has said that it is about to stop: nothing is begun there any more.
    private boolean leaving;

    /// Whether it was told that it hears of nothing new.
    private boolean dismissed;

    /// Why it ends once all is sent; null while it is not to.
    private @Nullable String lastReason;

    private boolean pumping;
    private boolean again;
    private boolean ended;

    /// @param channel of no loop yet; gets the handlers that it needs
    /// @param memory of this process
    /// @param incoming the share of it that messages may take that come in parts
    public Connection(
            EpollSocketChannel channel,
            EventLoop loop,
            SslHandler tls,
            LinkTiming timing,
            MemoryBudget memory,
            MemoryBudget incoming,
            Conversation conversation) {
        this.channel = channel;
        this.tls = tls;
        this.loop = loop;
        this.timing = timing;
        this.memory = memory;
        this.conversation = conversation;
        this.inbox = new Inbox(incoming, number -> loop.execute(() -> granted(number)));
        var config = channel.config();
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        config.setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) MOST_UNSENT);
        config.setWriteBufferWaterMark(new WriteBufferWaterMark(MOST_UNSENT / 2, MOST_UNSENT));
        tls.setHandshakeTimeoutMillis(timing.handshake().toMillis());
        channel.pipeline().addLast(tls, this);
    }

    /// The host that this is connected to.
    public InetAddress remoteHost() {
        return channel.remoteAddress().getAddress();
    }

    /// The address of the other side, for the log.
    public String peer() {
        var address = channel.remoteAddress();
        return address == null ? "a peer" : address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    // ---- The beginning, on the loop

    @Override
    public void channelActive(ChannelHandlerContext context) {
        handshakeLimit = loop.schedule(
                () -> end("it did not introduce itself within "
                        + timing.handshake().toSeconds() + " s"),
                timing.handshake().toMillis(),
                TimeUnit.MILLISECONDS);
        context.fireChannelActive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                meet(context);
            } else {
                end("no secure connection with " + peer() + ": " + reason(done.cause()));
            }
        } else if (event instanceof SslCloseCompletionEvent) {
            // It waits for our own end, so that nothing of what it said is lost.
            end(CLOSED);
        }
        context.fireUserEventTriggered(event);
    }

    private void meet(ChannelHandlerContext context) {
        try {
            var session = context.pipeline().get(SslHandler.class).engine().getSession();
            var subject = MemberName.of(session.getPeerCertificates()[0]);
            conversation.met(this, subject.name(), subject.cluster());
        } catch (SSLPeerUnverifiedException | IllegalArgumentException e) {
            end("its certificate names nobody: " + e.getMessage());
        }
    }

    /// Introduces this worker.
    public void introduce(ByteBuf hello) {
        signal(Frame.of(Frame.HELLO, hello));
    }

    /// Takes the worker that has introduced itself.
    ///
    /// @param common the version of the protocol that is spoken from now on
    /// @param apiPort where functions that run there find the API, on the host that the worker has connected to;
    ///     0 for nowhere
    public void welcome(int common, int apiPort) {
        begin(common);
        signal(Frame.of(Frame.WELCOME, common, apiPort));
    }

    /// Refuses it, and ends the connection once it has heard of that.
    public void refuse(String reason) {
        if (ended) {
            return;
        }
        var written = channel.writeAndFlush(Frame.of(Frame.REFUSED, reason));
        written.addListener(_ -> end("it was refused: " + reason));
    }

    /// Says that this worker is about to stop. By any thread.
    public void leave() {
        loop.execute(() -> signal(Frame.of(Frame.LEAVE)));
    }

    private void begin(int common) {
        version = common;
        introduced = true;
        cancel(handshakeLimit);
        long tick = timing.tick().toMillis();
        ticks = loop.scheduleWithFixedDelay(this::tick, tick, tick, TimeUnit.MILLISECONDS);
    }

    // ---- Reading

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        unheard = 0;
        super.channelRead(context, message);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (ended) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < Frame.HEADER) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        if (length < 1 || length > Frame.MOST) {
            in.skipBytes(in.readableBytes());
            damaged(new MalformedMessageException("a frame has 1 to " + Frame.MOST + " bytes, and not " + length));
            return;
        }
        if (in.readableBytes() < 4 + length) {
            return;
        }
        in.skipBytes(4);
        var frame = in.readSlice(length);
        try {
            take(frame.readUnsignedByte(), frame);
        } catch (MalformedMessageException | IndexOutOfBoundsException e) {
            damaged(e);
        }
    }

    /// What is left in the buffer at the end is no frame.
    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        in.skipBytes(in.readableBytes());
    }

    private void damaged(RuntimeException why) {
        end("what it sent is no message: " + why.getMessage());
    }

    private void take(int kind, ByteBuf body) {
        if (!introduced) {
            switch (kind) {
                case Frame.HELLO -> conversation.introduced(body);
                case Frame.WELCOME -> {
                    int common = body.readInt();
                    begin(common);
                    conversation.welcomed(common, body.readInt());
                }
                case Frame.REFUSED -> end("it refuses this worker: " + body.toString(StandardCharsets.UTF_8));
                default -> throw unknown(kind);
            }
            return;
        }
        switch (kind) {
            case Frame.WHOLE -> deliver(body);
            case Frame.BEGIN -> {
                int number = body.readInt();
                int length = body.readInt();
                if (inbox.begin(number, length) && length > Outbox.UNASKED) {
                    signal(Frame.of(Frame.GRANT, number));
                }
            }
            case Frame.PART -> {
                var arrived = inbox.add(body.readInt(), body);
                if (arrived != null) {
                    try (arrived) {
                        deliver(arrived.bytes());
                    }
                }
            }
            case Frame.GRANT -> {
                outbox.granted(body.readInt());
                pump();
            }
            case Frame.ALIVE -> {}
            case Frame.LEAVE -> {
                leaving = true;
                conversation.leaves();
                dismiss();
            }
            case Frame.DISMISSED -> conversation.dismissed();
            default -> throw unknown(kind);
        }
    }

    private static MalformedMessageException unknown(int kind) {
        return new MalformedMessageException("no frame of kind " + kind + " is expected here");
    }

    private void granted(int number) {
        if (!ended && inbox.grant(number)) {
            signal(Frame.of(Frame.GRANT, number));
        }
    }

    /// A message that could be read is one of ours, and what its receiver throws a defect there.
    private void deliver(ByteBuf bytes) {
        var message = MessageCodec.decode(bytes);
        try {
            conversation.received(message);
        } catch (MalformedMessageException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "A message of " + peer() + " met a defect", e);
        }
    }

    // ---- Writing

    /// Sends a message, in order with all others about the same thing. By any thread; does not block.
    ///
    /// What the loop sends while it deals with what it has found in one look goes in one write, and in one record
    /// of TLS.
    public void send(Message message) {
        handedIn.add(Outgoing.of(message, version, memory));
        if (awake.compareAndSet(false, true)) {
            loop.execute(() -> {
                awake.set(false);
                takeOver();
            });
        }
    }

    private void takeOver() {
        boolean hasRoom = true;
        for (var next = handedIn.poll(); next != null; next = handedIn.poll()) {
            if (ended || (leaving && begins(next.message()))) {
                next.release();
                conversation.unsent(next.message());
            } else {
                hasRoom &= outbox.add(next);
            }
        }
        if (!hasRoom) {
            end("it takes nothing, and too much waits for it");
        }
        pump();
    }

    private static boolean begins(Message message) {
        return message instanceof Command(WorkerCommand command)
                && (command instanceof WorkerCommand.Invoke || command instanceof WorkerCommand.Start);
    }

    /// Tells a worker that is about to stop when all is sent that was begun there.
    private void dismiss() {
        if (leaving && !dismissed && version >= Versions.DISMISSES && outbox.isEmpty()) {
            dismissed = true;
            signal(Frame.of(Frame.DISMISSED));
        }
    }

    private void signal(ByteBuf frame) {
        if (!ended) {
            outbox.signal(frame);
            pump();
        }
    }

    /// Writes as much as the connection takes now. What it does may bring it here again: that is done at the end.
    private void pump() {
        if (pumping) {
            again = true;
            return;
        }
        pumping = true;
        try {
            int written = 0;
            do {
                again = false;
                written += write(TURN - written);
            } while (again && written < TURN && !ended);
            if (written >= TURN && outbox.hasNext()) {
                loop.execute(this::pump);
            }
        } finally {
            pumping = false;
        }
        dismiss();
    }

    private int write(int most) {
        int written = 0;
        while (!ended && written < most && channel.isWritable()) {
            var next = outbox.next();
            if (next == null) {
                break;
            }
            written += next.frame().readableBytes();
            unfinishedWrites++;
            channel.write(next.frame()).addListener(_ -> finished(next.finished()));
        }
        if (written > 0) {
            channel.flush();
        }
        return written;
    }

    private void finished(@Nullable Outgoing message) {
        unfinishedWrites--;
        untaken = 0;
        if (message != null) {
            message.release();
        }
        endIfAllIsSent();
    }

    private void endIfAllIsSent() {
        if (lastReason != null && unfinishedWrites == 0 && outbox.isEmpty() && handedIn.isEmpty()) {
            // A socket that is closed before all that came was read takes back what it has sent.
            tls.setCloseNotifyReadTimeoutMillis(timing.tick().toMillis());
            end(lastReason);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            pump();
        }
        context.fireChannelWritabilityChanged();
    }

    // ---- Life and end

    private void tick() {
        untaken = unfinishedWrites > 0 ? untaken + 1 : 0;
        if (++unheard > timing.silence()) {
            end("it was not heard of for " + silence());
        } else if (untaken > timing.silence()) {
            end("it took nothing for " + silence());
        } else if (untaken == 0) {
            // Whoever takes something hears that we live.
            signal(Frame.of(Frame.ALIVE));
        }
    }

    private String silence() {
        return timing.tick().multipliedBy(timing.silence()).toMillis() + " ms";
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        end(CLOSED);
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end(reason(cause));
    }

    /// For the log, which a stranger's bytes are not to fill: some exceptions hold all that has come.
    static String reason(Throwable cause) {
        var told = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        var text = told.getMessage() == null ? told.toString() : told.getMessage();
        return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON) + "…";
    }

    /// Ends the connection. By any thread; safe to repeat.
    public void close(String why) {
        if (loop.inEventLoop()) {
            end(why);
        } else {
            loop.execute(() -> end(why));
        }
    }

    /// Ends the connection once all that was given to `send` is written. By any thread.
    public void closeWhenSent(String why) {
        loop.execute(() -> {
            lastReason = why;
            endIfAllIsSent();
        });
    }

    private void end(String why) {
        if (ended) {
            return;
        }
        ended = true;
        cancel(ticks);
        cancel(handshakeLimit);
        inbox.close();
        var _ = channel.close();
        var unsent = outbox.clear();
        for (var next = handedIn.poll(); next != null; next = handedIn.poll()) {
            unsent.add(next);
        }
        unsent.forEach(Outgoing::release);
        conversation.ended(why, unsent.stream().map(Outgoing::message).toList());
    }

    private static void cancel(@Nullable Future<?> task) {
        if (task != null) {
            task.cancel(false);
        }
    }
}
