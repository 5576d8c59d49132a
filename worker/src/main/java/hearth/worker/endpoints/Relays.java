package hearth.worker.endpoints;

import hearth.model.memory.MemoryBudget;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannelConfig;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Connects functions to services outside of their sandboxes, each to the one that its address stands for.
public final class Relays {
    private static final System.Logger LOG = System.getLogger(Relays.class.getName());

    private static final Duration CONNECTING = Duration.ofSeconds(5);
    private static final long WARNING_INTERVAL = Duration.ofMinutes(1).toNanos();

    /// What the kernel holds of either direction where it goes on, in bytes. With its own choice a sender that nobody
    /// reads could fill megabytes.
    private static final int SENT = 128 << 10;

    /// What the kernel holds of either direction where it comes from, in bytes. When a sender ends, all of it is read
    /// at once, be there memory or not.
    private static final int RECEIVED = 32 << 10;

    /// What we hold of either direction before we stop reading, in bytes.
    private static final int HELD = 64 << 10;

    private final int most;
    private final Duration idleTime;
    private final MemoryBudget memory;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong warned = new AtomicLong(System.nanoTime() - WARNING_INTERVAL);

    /// @param most connections of all environments together; one more is closed at once
    /// @param idleTime after which a connection ends on which nothing came
    /// @param memory that all of them together may take; a little each they take in any case
    public Relays(int most, Duration idleTime, MemoryBudget memory) {
        this.most = most;
        this.idleTime = idleTime;
        this.memory = memory;
    }

    /// Connects a function to the first of these addresses that answers.
    ///
    /// @param inner accepted, and of no loop yet
    public void relay(EpollSocketChannel inner, EventLoop loop, List<InetSocketAddress> addresses) {
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            inner.unsafe().closeForcibly();
            return;
        }
        inner.closeFuture().addListener(_ -> open.decrementAndGet());
        var relayed = new RelayedConnection(inner, idleTime, memory);
        configure(inner.config());
        inner.pipeline().addLast(relayed.fromFunction());
        var _ = loop.register(inner).addListener(registered -> {
            if (registered.isSuccess()) {
                connect(relayed, loop, addresses, 0);
            }
        });
    }

    private void connect(RelayedConnection relayed, EventLoop loop, List<InetSocketAddress> addresses, int index) {
        var bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(() -> {
                    var outer = new EpollSocketChannel();
                    configure(outer.config());
                    outer.config().setRecvByteBufAllocator(relayed.readsFromService());
                    return outer;
                })
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECTING.toMillis())
                .handler(relayed.fromService());
        bootstrap.connect(addresses.get(index)).addListener(connected -> {
            if (connected.isSuccess()) {
                return;
            }
            if (index + 1 < addresses.size() && relayed.isWanted()) {
                connect(relayed, loop, addresses, index + 1);
            } else {
                warn(addresses.getFirst(), connected.cause());
                relayed.close();
            }
        });
    }

    /// Once a minute: a function may try again and again.
    private void warn(InetSocketAddress address, Throwable cause) {
        long now = System.nanoTime();
        long last = warned.get();
        if (now - last >= WARNING_INTERVAL && warned.compareAndSet(last, now)) {
            LOG.log(
                    Level.WARNING,
                    "a function wants the endpoint at {0}:{1}, which does not answer: {2}",
                    address.getAddress().getHostAddress(),
                    Integer.toString(address.getPort()),
                    cause.getMessage());
        }
    }

    private static void configure(SocketChannelConfig config) {
        config.setAllowHalfClosure(true);
        config.setAutoRead(false);
        config.setTcpNoDelay(true);
        config.setReceiveBufferSize(RECEIVED);
        config.setSendBufferSize(SENT);
        config.setWriteBufferWaterMark(new WriteBufferWaterMark(HELD / 2, HELD));
    }
}
