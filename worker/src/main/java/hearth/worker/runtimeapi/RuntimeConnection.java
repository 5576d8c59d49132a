package hearth.worker.runtimeapi;

import hearth.model.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
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
    /// How much may lie unread behind a waiting `next`, or behind answers that wait, before reading stops.
    private static final int MAX_UNREAD = 64 << 10;

    /// Memory that a connection may take uncounted: what usual requests need.
    private static final int FREE = 4 << 10;

    private final RuntimeSession session;
    private final MemoryBudget budget;
    private final RequestDecoder decoder = new RequestDecoder();
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf unread;
    private @Nullable RequestHead head;
    /// Takes the body of a post that the session allowed; null at all other times.
    private @Nullable BodySink body;
    /// What to answer once the body of a refused post is skipped.
    private @Nullable RuntimeAnswer refusal;
    /// The event that is on its way piece by piece; null at all other times.
    private @Nullable EventSender sending;
    /// Memory that is counted for what is unread and unsent.
    private long memory;

    private boolean waitsForEvent;
    /// Whether a body has arrived whole, and the last of it is still on its way to the caller.
    private boolean draining;

    private boolean processing;
    /// Whether the runtime has closed the connection. A streamed response that has arrived goes on to its caller
    /// all the same: AWS tells runtimes to close once they have written it.
    private boolean gone;

    private boolean closing;

    RuntimeConnection(RuntimeSession session) {
        this.session = session;
        this.budget = session.budget();
    }

    /// Answers the `next` that waits. May be called from within `RuntimeSession.next`.
    void answerNext(InvocationEvent event) {
        var context = context();
        waitsForEvent = false;
        int length = event.payload().length;
        if (length > EventSender.PIECE) {
            sending = new EventSender(event, context, this::sent);
            sending.start();
            return;
        }
        var _ = context.write(event.encode(context.alloc(), length), context.voidPromise());
        endAnswer(context);
        context.flush();
        if (!processing) {
            process(context);
        }
    }

    private void sent() {
        var context = context();
        sending = null;
        endAnswer(context);
        if (!processing) {
            process(context);
            flush(context);
        }
    }

    /// Whether an event is on its way that the runtime has not taken whole.
    boolean isSending() {
        return sending != null;
    }

    void close() {
        closing = true;
        if (gone) {
            releaseBody();
            dropUnread();
            budget.giveBack(memory);
            memory = 0;
        } else if (context != null) {
            var _ = context.close();
        }
    }

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

    /// The connection is closed, whether the channel has told so already or not. Safe to repeat.
    void broke() {
        if (!gone) {
            gone = true;
            if (!processing) {
                settle();
            }
        }
    }

    /// Once nothing more can come of a connection that is closed, it is over.
    private void settle() {
        if (closing || !(draining || isFull())) {
            session.closed(this);
            closing = true;
            abandonBody();
            dropUnread();
            budget.giveBack(memory);
            memory = 0;
        }
    }

    private void dropUnread() {
        if (unread != null) {
            unread.release();
            unread = null;
        }
    }

    private void releaseBody() {
        if (body != null) {
            body.release();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var arrived = (ByteBuf) message;
        if (closing) {
            arrived.release();
            return;
        }
        unread = unread == null
                ? arrived
                : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), unread, arrived);
        process(context);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        flush(context);
    }

    private void flush(ChannelHandlerContext context) {
        if (!waitsForEvent && !gone) {
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

    private void process(ChannelHandlerContext context) {
        processing = true;
        try {
            boolean more = true;
            while (more && !waitsForEvent && sending == null && !draining && !closing) {
                more = (gone || context.channel().isWritable()) && step(context);
            }
        } catch (MalformedRequest e) {
            LOG.log(Level.DEBUG, "A runtime sent a malformed request: {0}", e.getMessage());
            abandonBody();
            closing = true;
            var _ = context.writeAndFlush(e.answer().bytes(context.alloc())).addListener(ChannelFutureListener.CLOSE);
        } finally {
            processing = false;
        }
        tidy(context);
    }

    /// @return whether it makes sense to go on with what has arrived
    private boolean step(ChannelHandlerContext context) throws MalformedRequest {
        return switch (decoder.decode(unread == null ? Unpooled.EMPTY_BUFFER : unread)) {
            case HEAD -> {
                begin(context, decoder.head());
                yield true;
            }
            case END -> {
                if (isDrained()) {
                    end(context);
                } else {
                    draining = true;
                }
                yield true;
            }
            case NOTHING -> {
                noticeOverflow();
                yield body instanceof BodyStreamer streamed && streamed.push();
            }
        };
    }

    private boolean isDrained() {
        if (body instanceof BodyStreamer streamed && !streamed.overflown()) {
            var _ = streamed.push();
            return streamed.isDrained();
        }
        return true;
    }

    /// A piece of a streamed body was taken.
    private void goOn() {
        if (closing || context == null || processing) {
            return;
        }
        if (draining && isDrained()) {
            draining = false;
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
            case RESPONSE, ERROR, INIT_ERROR -> {
                refusal = session.begin(head, this);
                if (refusal == null) {
                    body = session.sink(head, this::granted, this::goOn);
                    decoder.pour(body);
                    noticeOverflow();
                }
            }
            case PING, NEXT, UNKNOWN_PATH, WRONG_METHOD -> {}
        }
        if (head.expectsContinue() && head.hasBody()) {
            var _ = context.writeAndFlush(RuntimeAnswer.CONTINUE.bytes(context.alloc()), context.voidPromise());
        }
    }

    private void noticeOverflow() {
        if (body != null && body.overflown()) {
            long limit = body.limit();
            refusal = RuntimeAnswer.tooLarge(limit);
            body.release();
            body = null;
            session.overflown(limit);
        }
    }

    boolean isClosed() {
        return context == null || !context.channel().isActive();
    }

    /// Whether a streamed response goes through it. The last of one may lie in the socket for long, behind a slow
    /// caller, when its runtime has written it all and asks for the next event elsewhere.
    boolean isDelivering() {
        return draining || body instanceof BodyStreamer;
    }

    /// The rest of the body that is being read will not come.
    private void abandonBody() {
        if (body != null) {
            body.release();
            body = null;
            session.truncated();
        }
    }

    private void end(ChannelHandlerContext context) {
        noticeOverflow();
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
                waitsForEvent = true;
                var refusal = session.next(this);
                if (refusal != null) {
                    waitsForEvent = false;
                }
                yield refusal;
            }
            case UNKNOWN_PATH -> RuntimeAnswer.NOT_FOUND;
            case WRONG_METHOD -> RuntimeAnswer.METHOD_NOT_ALLOWED;
            case RESPONSE, ERROR, INIT_ERROR -> {
                if (refusal != null || body == null) {
                    yield refusal;
                }
                var whole = body;
                body = null;
                yield session.end(head, whole, decoder.trailingErrorType(), decoder.trailingErrorBody());
            }
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
        if (unread != null && (closing || !unread.isReadable())) {
            dropUnread();
        }
        // A runtime that never reads its answers may not have us keep its requests.
        boolean stuck = waitsForEvent
                || sending != null
                || draining
                || isFull()
                || !context.channel().isWritable();
        // What waits for memory takes none meanwhile.
        boolean mayRead = !stuck || (!isFull() && (unread == null || unread.readableBytes() < MAX_UNREAD));
        if (context.channel().config().isAutoRead() != mayRead) {
            context.channel().config().setAutoRead(mayRead);
        }
        countMemory(context);
    }

    /// What is unread or unsent counts. Where there is no room for it, a connection that is not in the middle of
    /// anything is closed: runtimes that read their answers have none of it.
    private void countMemory(ChannelHandlerContext context) {
        var unsent = context.channel().unsafe().outboundBuffer();
        long now = (long) decoder.memory() + (unread == null ? 0 : unread.capacity());
        if (unsent != null) {
            now += unsent.totalPendingWriteBytes();
        }
        if (now <= FREE) {
            now = 0;
        }
        long more = now - memory;
        if (more <= 0) {
            budget.giveBack(-more);
        } else if (body != null || sending != null) {
            budget.hold(more);
        } else if (!budget.take(more, memory)) {
            budget.refused();
            close();
            return;
        }
        memory = now;
    }

    private boolean isFull() {
        return body != null && body.isFull();
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "not yet part of a channel");
    }
}
