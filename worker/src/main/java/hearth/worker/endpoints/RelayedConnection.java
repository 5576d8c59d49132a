package hearth.worker.endpoints;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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
/// faster than the other takes it, and so does the end of what it sends.
///
/// Both on one event loop.
final class RelayedConnection {
    private static final System.Logger LOG = System.getLogger(RelayedConnection.class.getName());

    /// For a service that does not take what a function sent before it went away.
    private static final Duration LAST_BYTES = Duration.ofSeconds(10);

    private final SocketChannel inner;
    private final long idleNanos;
    private final End fromFunction = new End();
    private final End fromService = new End();
    /// What a function sent that closed its side before the service was reached: no more than the kernel held of it.
    private final Queue<Object> early = new ArrayDeque<>();

    private @Nullable SocketChannel outer;
    private @Nullable Future<?> watch;
    private boolean closed;
    private long lastNanos;

    RelayedConnection(SocketChannel inner, Duration idleTime) {
        this.inner = inner;
        this.idleNanos = idleTime.toNanos();
    }

    /// Handles what the function sends.
    ChannelInboundHandlerAdapter fromFunction() {
        return fromFunction;
    }

    /// Handles what the service sends; a new one for each attempt to reach it.
    ChannelInboundHandlerAdapter fromService() {
        return new Joining();
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
        service.flush();
        fromService.read(inner.isWritable());
        if (fromFunction.ended) {
            fromFunction.passEnd();
        } else {
            fromFunction.read(service.isWritable());
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
        end(inner);
        if (outer != null) {
            end(outer);
        }
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
        private @Nullable SocketChannel from;
        private @Nullable SocketChannel to;
        private boolean ended;

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

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            lastNanos = System.nanoTime();
            if (closed) {
                ReferenceCountUtil.release(message);
            } else if (to == null) {
                early.add(message);
            } else {
                var _ = to.write(message, to.voidPromise());
                if (!to.isWritable()) {
                    read(false);
                }
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (to != null) {
                to.flush();
            }
        }

        /// There is room again for what the other side sends.
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (context.channel().isWritable()) {
                (this == fromFunction ? fromService : fromFunction).read(true);
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
