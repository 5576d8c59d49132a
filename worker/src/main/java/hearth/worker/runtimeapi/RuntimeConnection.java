package hearth.worker.runtimeapi;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// One connection of a runtime. Reads its requests one after the other and writes their answers in that order.
///
/// While a `next` waits for its event, or a body for room, nothing more is read. Answers are flushed when
/// all that arrived has been dealt with, but not before a waiting `next`: a runtime that sends `response` and
/// `next` in one write sleeps until its event comes, and is woken once for both answers.
final class RuntimeConnection extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOG = System.getLogger(RuntimeConnection.class.getName());

    private final RuntimeSession session;
    private final RequestDecoder decoder = new RequestDecoder();
    private final UnreadBytes unread = new UnreadBytes();
    private final OpenPost post;
    private final OpenNext next = new OpenNext();
    private final ConnectionMemory memory;
    /// Made once, since every event goes with it.
    private final Runnable sent = this::sent;
    private @Nullable ChannelHandlerContext context;
    private @Nullable RequestHead head;

    private boolean processing;
    /// Whether the runtime has closed the connection. A streamed response that has arrived goes on to its caller
    /// all the same: AWS tells runtimes to close once they have written it.
    private boolean gone;

    private boolean closing;

    RuntimeConnection(RuntimeSession session) {
        this.session = session;
        this.post = new OpenPost(session);
        this.memory = new ConnectionMemory(session.budget());
    }

    // What the session asks and has done

    /// Answers the `next` that waits. May be called from within `RuntimeSession.next`.
    void answerNext(InvocationEvent event) {
        var context = context();
        if (next.answer(event, context, sent)) {
            endAnswer(context);
            context.flush();
            if (!processing) {
                process(context);
            }
        }
    }

    /// Answers the `restore/next` that waits. May be called from within `RuntimeSession.restoreNext`.
    void answerRestore() {
        var context = context();
        next.refused();
        var _ = context.write(RuntimeAnswer.RESTORED.bytes(context.alloc()), context.voidPromise());
        endAnswer(context);
        context.flush();
        if (!processing) {
            process(context);
        }
    }

    private void sent() {
        var context = context();
        endAnswer(context);
        if (!processing) {
            process(context);
            flush(context);
        }
    }

    /// Whether an event is on its way that the runtime has not taken whole.
    boolean isSending() {
        return next.isSending();
    }

    /// Whether a streamed response goes through it.
    boolean isDelivering() {
        return post.isDelivering();
    }

    boolean isClosed() {
        return context == null || !context.channel().isActive();
    }

    void close() {
        closing = true;
        if (gone) {
            post.release();
            unread.drop();
            memory.release();
        } else if (context != null) {
            var _ = context.close();
        }
    }

    /// The connection is closed, whether the channel has told so already or not. Safe to repeat.
    void broke() {
        if (!gone) {
            gone = true;
            if (!processing && !closing && post.isPassingOn()) {
                // What was taken of it since the connection was closed has found a channel that is not writable.
                process(context());
            } else if (!processing) {
                settle();
            }
        }
    }

    /// Once nothing more can come of a connection that is closed, it is over.
    private void settle() {
        if (closing || !post.isPassingOn()) {
            session.closed(this);
            closing = true;
            post.abandon();
            unread.drop();
            memory.release();
        }
    }

    // What the channel tells

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
        try {
            session.opened(this);
        } catch (RuntimeException | Error e) {
            // Netty would take the handler away, and tell nobody who can help.
            exceptionCaught(context, e);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        broke();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var arrived = (ByteBuf) message;
        if (closing) {
            arrived.release();
            return;
        }
        unread.add(arrived, context.alloc());
        process(context);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        flush(context);
    }

    private void flush(ChannelHandlerContext context) {
        if (!next.isWaiting() && !gone) {
            context.flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable() && !processing) {
            process(context);
            flush(context);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            // A runtime that is killed resets its connection: nothing to tell anyone.
            LOG.log(Level.DEBUG, "A runtime's connection broke", cause);
        } else {
            session.failed(cause);
        }
        var _ = context.close();
    }

    // Requests and their answers

    private void process(ChannelHandlerContext context) {
        processing = true;
        try {
            boolean more = true;
            while (more && !isHeldUp() && !closing) {
                more = (gone || context.channel().isWritable()) && step(context);
            }
        } catch (MalformedRequest e) {
            LOG.log(Level.DEBUG, "A runtime sent a malformed request: {0}", e.getMessage());
            post.abandon();
            closing = true;
            var _ = context.writeAndFlush(e.answer().bytes(context.alloc())).addListener(ChannelFutureListener.CLOSE);
        } finally {
            processing = false;
        }
        tidy(context);
    }

    /// Whether no request is begun for now: one before it is not answered whole.
    private boolean isHeldUp() {
        return next.isWaiting() || next.isSending() || post.isDraining();
    }

    /// @return whether it makes sense to go on with what has arrived
    private boolean step(ChannelHandlerContext context) throws MalformedRequest {
        return switch (decoder.decode(unread.buffer())) {
            case HEAD -> {
                begin(context, decoder.head());
                yield true;
            }
            case END -> {
                if (post.arrived()) {
                    end(context);
                }
                yield true;
            }
            case NOTHING -> {
                post.noticeOverflow();
                yield post.push();
            }
        };
    }

    /// A piece of a streamed body was taken.
    private void goOn() {
        if (closing || context == null || processing) {
            return;
        }
        if (post.drained()) {
            end(context);
        }
        process(context);
        flush(context);
    }

    /// There is memory for more of a body.
    private void granted(Runnable collected) {
        var loop = context().channel().eventLoop();
        try {
            loop.execute(() -> {
                try {
                    collected.run();
                    goOn();
                } catch (RuntimeException | Error e) {
                    exceptionCaught(context(), e);
                }
            });
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it the environment.
            LOG.log(Level.DEBUG, "Memory for an answer came after the end", e);
        }
    }

    private void begin(ChannelHandlerContext context, RequestHead head) {
        this.head = head;
        switch (head.call()) {
            case RESPONSE, ERROR, INIT_ERROR, RESTORE_ERROR -> {
                var body = post.begin(head, this, this::granted, this::goOn);
                if (body != null) {
                    decoder.pour(body);
                }
            }
            case PING, NEXT, RESTORE_NEXT, UNKNOWN_PATH, WRONG_METHOD -> {}
        }
        if (head.expectsContinue() && head.hasBody()) {
            var _ = context.writeAndFlush(RuntimeAnswer.CONTINUE.bytes(context.alloc()), context.voidPromise());
        }
    }

    private void end(ChannelHandlerContext context) {
        post.noticeOverflow();
        var answer = answer();
        if (answer != null && !closing && !gone) {
            var _ = context.write(answer.bytes(context.alloc()), context.voidPromise());
            endAnswer(context);
        }
    }

    /// @return null if an event will be the answer, or has been
    private @Nullable RuntimeAnswer answer() {
        var head = Objects.requireNonNull(this.head);
        return switch (head.call()) {
            case PING -> RuntimeAnswer.PONG;
            case NEXT -> {
                next.begin();
                var refusal = session.next(this);
                if (refusal != null) {
                    next.refused();
                }
                yield refusal;
            }
            case RESTORE_NEXT -> {
                next.begin();
                var refusal = session.restoreNext(this);
                if (refusal != null) {
                    next.refused();
                }
                yield refusal;
            }
            case UNKNOWN_PATH -> RuntimeAnswer.NOT_FOUND;
            case WRONG_METHOD -> RuntimeAnswer.METHOD_NOT_ALLOWED;
            case RESPONSE, ERROR, INIT_ERROR, RESTORE_ERROR ->
                post.end(head, decoder.trailingErrorType(), decoder.trailingErrorBody());
        };
    }

    private void endAnswer(ChannelHandlerContext context) {
        if (head != null && !head.keepAlive()) {
            closing = true;
            var _ = context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /// Keeps what is left bounded.
    private void tidy(ChannelHandlerContext context) {
        if (gone) {
            settle();
            return;
        }
        if (closing) {
            unread.drop();
        } else {
            unread.tidy();
        }
        // A runtime that never reads its answers may not have us keep its requests.
        boolean stuck = isHeldUp() || post.isFull() || !context.channel().isWritable();
        // What waits for memory takes none meanwhile.
        boolean mayRead = !stuck || (!post.isFull() && !unread.areMany());
        if (context.channel().config().isAutoRead() != mayRead) {
            context.channel().config().setAutoRead(mayRead);
        }
        countMemory(context);
    }

    /// Where there is no room for what is unread or unsent, a connection that is not in the middle of anything is
    /// closed: runtimes that read their answers have none of it.
    private void countMemory(ChannelHandlerContext context) {
        var unsent = context.channel().unsafe().outboundBuffer();
        long bytes = (long) decoder.memory() + unread.memory() + (unsent == null ? 0 : unsent.totalPendingWriteBytes());
        if (!memory.count(bytes, post.hasBody() || next.isSending())) {
            close();
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "not yet part of a channel");
    }
}
