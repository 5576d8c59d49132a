package hearth.server.http;

import hearth.model.memory.MemoryBudget;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Accepts connections at one address and has their requests served by a [Service].
public final class HttpListener implements AutoCloseable {
    private static final int BACKLOG = 4096;

    /// How much of an answer the kernel holds beside what is on the network, in bytes. With its default of
    /// megabytes it takes nothing for half a minute while a slow client reads on, as if that client had stopped.
    private static final long MAX_UNSENT = 64 << 10;

    /// What an event loop keeps for its connections.
    private record LoopState(OpenConnections open, ResponseEncoder encoder) {}

    private final Service service;
    private final HttpLimits limits;
    private final Supplier<String> requestIds;
    private final Executor besideLoops;
    private final ConnectionBudgets budgets;
    private final ConnectionBudgets adoptedBudgets;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger adopted = new AtomicInteger();
    private final Map<EventExecutor, LoopState> loops = new HashMap<>();
    private final List<Future<?>> checks = new ArrayList<>();
    private final Channel channel;

    /// Binds and listens.
    ///
    /// @param requestIds makes the `x-amzn-RequestId` of each request
    /// @param besideLoops hashes large bodies
    /// @param memory of this process
    /// @param requests the share of it that requests may take
    /// @throws IOException when the address is in use, or not ours
    public HttpListener(
            InetSocketAddress address,
            EventLoopGroup group,
            Service service,
            HttpLimits limits,
            Supplier<String> requestIds,
            Executor besideLoops,
            MemoryBudget memory,
            MemoryBudget requests,
            InstantSource clock)
            throws IOException {
        this.service = service;
        this.limits = limits;
        this.requestIds = requestIds;
        this.besideLoops = besideLoops;
        this.budgets = ConnectionBudgets.of(memory, requests);
        this.adoptedBudgets = budgets.half();
        long interval = checkInterval(limits).toMillis();
        for (var loop : group) {
            var open = new OpenConnections();
            loops.put(loop, new LoopState(open, new ResponseEncoder(clock)));
            checks.add(loop.scheduleWithFixedDelay(open, interval, interval, TimeUnit.MILLISECONDS));
        }
        var bound = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel accepted) {
                        accept(accepted);
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            checks.forEach(check -> check.cancel(false));
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        this.channel = bound.channel();
    }

    private void accept(Channel accepted) {
        var state = loops.get(accepted.eventLoop());
        if (state == null || connections.incrementAndGet() > limits.connections()) {
            connections.decrementAndGet();
            var _ = accepted.close();
            return;
        }
        accepted.closeFuture().addListener(_ -> connections.decrementAndGet());
        configure(accepted);
        accepted.pipeline().addLast(new Connection(this, service, budgets, accepted, state.open(), state.encoder()));
    }

    /// Serves a connection that was accepted elsewhere as if it had come here. All of these together have half of
    /// the connections and of the memory for bodies, so that they leave as much to others.
    ///
    /// @param accepted of no loop yet
    /// @param loop one of those that this listener was made with
    /// @param serving stands behind this connection
    public void adopt(Channel accepted, EventLoop loop, Service serving) {
        var state = loops.get(loop);
        if (state == null || adopted.get() >= limits.connections() / 2 || connections.get() >= limits.connections()) {
            accepted.unsafe().closeForcibly();
            return;
        }
        adopted.incrementAndGet();
        connections.incrementAndGet();
        accepted.closeFuture().addListener(_ -> {
            adopted.decrementAndGet();
            connections.decrementAndGet();
        });
        configure(accepted);
        accepted.pipeline()
                .addLast(new Connection(this, serving, adoptedBudgets, accepted, state.open(), state.encoder()));
        var _ = loop.register(accepted);
    }

    private static void configure(Channel accepted) {
        var config = accepted.config();
        config.setOption(ChannelOption.TCP_NODELAY, true);
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        config.setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, MAX_UNSENT);
        config.setWriteBufferWaterMark(new WriteBufferWaterMark(32 << 10, 64 << 10));
    }

    private static Duration checkInterval(HttpLimits limits) {
        var shortest = limits.headTime();
        for (var time : List.of(limits.idleTime(), limits.memoryTime(), limits.progressTime())) {
            shortest = time.compareTo(shortest) < 0 ? time : shortest;
        }
        var quarter = shortest.dividedBy(4);
        var second = Duration.ofSeconds(1);
        return quarter.compareTo(second) < 0 ? quarter : second;
    }

    /// Where the listener listens; tells the port when any was asked for.
    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    /// Connections that are open now.
    public int connections() {
        return connections.get();
    }

    /// Accepts no further connection or request, and waits until those in hand are answered, or the time is up.
    public void drain(Duration patience) {
        channel.close().syncUninterruptibly();
        onEachLoop(OpenConnections::drain);
        long deadline = System.nanoTime() + patience.toNanos();
        while (connections.get() > 0 && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /// Has clients make another connection for each request, or not any more: whoever is between them and
    /// others like this one then chooses anew. Requests are served all the same.
    public void sendAway(boolean wanted) {
        onEachLoop(open -> open.sendAway(wanted));
    }

    /// Closes every connection, whatever it is in the middle of.
    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        checks.forEach(check -> check.cancel(false));
        onEachLoop(OpenConnections::closeAll);
    }

    private void onEachLoop(Consumer<OpenConnections> task) {
        loops.forEach((loop, state) -> {
            if (!loop.isShuttingDown()) {
                ((EventLoop) loop).submit(() -> task.accept(state.open())).syncUninterruptibly();
            }
        });
    }

    HttpLimits limits() {
        return limits;
    }

    Executor besideLoops() {
        return besideLoops;
    }

    String newRequestId() {
        return requestIds.get();
    }
}
