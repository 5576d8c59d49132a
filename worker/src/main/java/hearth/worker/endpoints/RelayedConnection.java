package hearth.worker.endpoints;

import hearth.model.memory.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A function's connection and the one to the service that it wants: what comes from either goes to the other, no
/// faster than the other takes it, and so does the end of what it sends. What lies between the two counts as memory.
///
/// Both on one event loop.
final class RelayedConnection {
    private static final System.Logger LOG = System.getLogger(RelayedConnection.class.getName());

    /// For a service that does not take what a function sent before it went away.
    private static final Duration LAST_BYTES = Duration.ofSeconds(10);

    private final SocketChannel inner;
    private final long idleNanos;
    private final End fromFunction;
    private final End fromService;
    /// What a function sent that closed its side before the service was reached: no more than the kernel held of it.
    private final Queue<Object> early = new ArrayDeque<>();

    private long earlyBytes;
    private @Nullable SocketChannel outer;
    private @Nullable Future<?> watch;
    private boolean closed;
    private long lastNanos;

    RelayedConnection(SocketChannel inner, Duration idleTime, MemoryBudget budget) {
        this.inner = inner;
        this.idleNanos = idleTime.toNanos();
        this.fromFunction = new End(budget);
        this.fromService = new End(budget);
        inner.config().setRecvByteBufAllocator(fromFunction.memory.reads());
    }

    /// Handles what the function sends.
    ChannelInboundHandlerAdapter fromFunction() {
        return fromFunction;
    }

    /// Handles what the service sends; a new one for each attempt to reach it.
    ChannelInboundHandlerAdapter fromService() {
        return new Joining();
    }

    /// How much of what the service sends is read at once.
    RecvByteBufAllocator readsFromService() {
        return fromService.memory.reads();
    }

    /// Whether the function still waits.
    boolean isWanted() {
        return !closed;
    }

    /// The service is reached.
    private void join(SocketChannel service) {
        if (closed) {
            end(service);
            return;
        }
        outer = service;
        fromFunction.passes(inner, service);
        fromService.passes(service, inner);
        lastNanos = System.nanoTime();
        watch(idleNanos);
        while (!early.isEmpty()) {
            var _ = service.write(early.remove(), service.voidPromise());
        }
        earlyBytes = 0;
        service.flush();
        fromService.goOn();
        fromFunction.goOn();
        if (fromFunction.ended) {
            fromFunction.passEnd();
        }
    }

    private void watch(long nanos) {
        watch = inner.eventLoop().schedule(this::closeIfIdle, nanos, TimeUnit.NANOSECONDS);
    }

    private void closeIfIdle() {
        long idle = System.nanoTime() - lastNanos;
        if (idle >= idleNanos) {
            close();
        } else {
            watch(idleNanos - idle);
        }
    }

    /// Ends both. What one had sent before is passed on first, if the other takes it soon.
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (watch != null) {
            watch.cancel(false);
        }
        early.forEach(ReferenceCountUtil::release);
        early.clear();
        earlyBytes = 0;
        end(inner);
        if (outer != null) {
            end(outer);
        }
        fromFunction.countToTheEnd();
        fromService.countToTheEnd();
    }

    private static void end(SocketChannel channel) {
        channel.flush();
        var unsent = channel.unsafe().outboundBuffer();
        if (unsent == null || unsent.isEmpty()) {
            var _ = channel.close();
            return;
        }
        Runnable close = () -> {
            var _ = channel.close();
        };
        var _ = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> close.run());
        var late = channel.eventLoop().schedule(close, LAST_BYTES.toMillis(), TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(_ -> late.cancel(false));
    }

    /// One direction, as it is read.
    private final class End extends ChannelInboundHandlerAdapter {
        private final RelayMemory memory;
        private @Nullable SocketChannel from;
        private @Nullable SocketChannel to;
        private boolean ended;
        /// Whether we shall hear when the other side has taken everything.
        private boolean watched;

        End(MemoryBudget budget) {
            this.memory = new RelayMemory(budget);
        }

        void passes(SocketChannel from, SocketChannel to) {
            this.from = from;
            this.to = to;
        }

        /// Once the end has come there is nothing more to read.
        void read(boolean on) {
            if (from != null && !ended) {
                from.config().setAutoRead(on);
            }
        }

        /// Reads on as far as the other side takes it, and as there is memory.
        void goOn() {
            count();
            var other = to;
            if (other != null && !closed) {
                read(other.isWritable() && memory.mayGrow());
            }
        }

        private void count() {
            long held = to == null ? (this == fromFunction ? earlyBytes : 0) : unsent(to);
            memory.count(held);
            if (to != null && held > 0 && !watched) {
                watched = true;
                watch(to);
            }
        }

        private void watch(SocketChannel other) {
            var _ = other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
                if (other.isActive()) {
                    // The channel counts what it has written only after it has told of it.
                    other.eventLoop().execute(this::taken);
                } else {
                    taken();
                }
            });
        }

        private void taken() {
            watched = false;
            goOn();
        }

        /// What is on its way counts until it is taken, or its connection closed.
        void countToTheEnd() {
            count();
            if (to != null) {
                to.closeFuture().addListener(_ -> memory.count(0));
            }
        }

        private static long unsent(SocketChannel channel) {
            var buffer = channel.unsafe().outboundBuffer();
            return buffer == null ? 0 : buffer.totalPendingWriteBytes();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            lastNanos = System.nanoTime();
            if (closed) {
                ReferenceCountUtil.release(message);
            } else if (to == null) {
                early.add(message);
                earlyBytes += ((ByteBuf) message).readableBytes();
                count();
            } else {
                var _ = to.write(message, to.voidPromise());
                memory.count(unsent(to));
                if (!to.isWritable() || !memory.mayGrow()) {
                    read(false);
                }
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (to != null) {
                to.flush();
                goOn();
            }
        }

        /// There is room again for what the other side sends.
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (context.channel().isWritable()) {
                (this == fromFunction ? fromService : fromFunction).goOn();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ended = true;
                passEnd();
            }
        }

        private void passEnd() {
            var other = to;
            if (other == null || closed) {
                return;
            }
            if (fromFunction.ended && fromService.ended) {
                close();
            } else {
                var _ = other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
                    var _ = other.shutdownOutput();
                });
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!(cause instanceof IOException)) {
                LOG.log(Level.ERROR, "A relayed connection met a defect", cause);
            }
            close();
        }
    }

    /// Stands at the service's end until the connection is made: one that cannot be made ends nothing.
    private final class Joining extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.pipeline().replace(this, null, fromService);
            join((SocketChannel) context.channel());
        }
    }
}
