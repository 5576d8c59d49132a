package hearth.link;

import hearth.link.FrontLinks.Address;
import hearth.link.wire.Connection;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.MemberId;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Connects to one address where a member is to be, and again whenever the connection is lost.
///
/// An address that turns out to be that of a member which is connected by another rests until that one is lost.
final class MemberDialer {
    private static final System.Logger LOG = System.getLogger(MemberDialer.class.getName());

    private static final Duration CONNECTING = Duration.ofSeconds(3);
    private static final long FIRST_PAUSE = 50;
    private static final long LONGEST_PAUSE = 2_000;

    /// A connection that was there for so long was a good one.
    private static final Duration LASTING = Duration.ofSeconds(1);

    private final FrontLinks links;
    private final Address address;
    private final EventLoop loop;
    private final MemoryBudget forEvents;
    private volatile boolean closed;
    private volatile String obstacle = "the worker has not joined yet";
    /// Whom it has found at the address for the last time.
    private volatile @Nullable MemberId found;

    // On the loop alone.
    private long pause = FIRST_PAUSE;

    /// When the member took us last, on the clock of `System.nanoTime`; empty since the end of that connection.
    private OptionalLong since = OptionalLong.empty();

    private boolean resting;
    /// Whether there is a connection, or one is about to be.
    private boolean connecting;

    /// @param forEvents the share of the memory that events may take
    MemberDialer(FrontLinks links, Address address, EventLoop loop, MemoryBudget forEvents) {
        this.links = links;
        this.address = address;
        this.loop = loop;
        this.forEvents = forEvents;
    }

    Address address() {
        return address;
    }

    String obstacle() {
        return obstacle;
    }

    boolean hasFound(MemberId member) {
        return member.equals(found);
    }

    /// Begins to connect, and goes on with it until it is closed.
    void begin() {
        loop.execute(this::connect);
    }

    /// Whoever was connected by another address may be so no more.
    void wake() {
        loop.execute(() -> {
            if (resting) {
                resting = false;
                if (!connecting) {
                    connect();
                }
            }
        });
    }

    void close() {
        closed = true;
    }

    private void connect() {
        if (closed) {
            return;
        }
        connecting = true;
        links.setting().blocking().execute(() -> {
            try {
                var resolved = new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
                loop.execute(() -> connectTo(resolved));
            } catch (UnknownHostException e) {
                loop.execute(() -> again("this host knows no " + address.host()));
            }
        });
    }

    private void connectTo(InetSocketAddress resolved) {
        var channel = new EpollSocketChannel();
        var setting = links.setting();
        var connection = new Connection(
                channel,
                loop,
                setting.certificate().connecting(address.host(), address.port()),
                setting.timing(),
                setting.memory(),
                forEvents,
                new FrontConversation(links, this));
        var opening = new Bootstrap()
                .group(loop)
                .channelFactory(() -> channel)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECTING.toMillis())
                .handler(new ChannelInitializer<EpollSocketChannel>() {
                    @Override
                    protected void initChannel(EpollSocketChannel opened) {
                        // The connection has set it up.
                    }
                })
                .connect(resolved);
        opening.addListener(_ -> {
            if (!opening.isSuccess()) {
                connection.close("it cannot be connected to: " + opening.cause().getMessage());
            }
        });
    }

    // ---- What becomes of a connection, on the loop

    /// A member is there, which may take us.
    void found(MemberId member) {
        found = member;
    }

    /// It has taken us.
    void joined(MemberId member) {
        since = OptionalLong.of(System.nanoTime());
        obstacle = "";
        LOG.log(
                Level.INFO,
                "This worker, {0}, has joined the frontend at {1}, {2}",
                links.setting().hello().worker(),
                address,
                member);
    }

    /// The member is connected by another address.
    void rest() {
        resting = true;
        obstacle = "it is connected by another address";
    }

    /// The connection has ended, or never came about.
    void again(String why) {
        connecting = false;
        // One that ends as soon as it is there, as when one side cannot read the other, is tried later and later.
        if (since.isPresent() && System.nanoTime() - since.getAsLong() > LASTING.toNanos()) {
            pause = FIRST_PAUSE;
        }
        since = OptionalLong.empty();
        if (closed || resting) {
            return;
        }
        boolean isNews = !why.equals(obstacle);
        obstacle = why;
        LOG.log(
                isNews ? Level.WARNING : Level.DEBUG,
                "This worker, {0}, is not joined to the frontend at {1}, and tries again: {2}",
                links.setting().hello().worker(),
                address,
                why);
        long delay = pause / 2 + links.setting().random().nextLong(pause / 2 + 1);
        pause = Math.min(LONGEST_PAUSE, 2 * pause);
        var _ = loop.schedule(this::connect, delay, TimeUnit.MILLISECONDS);
    }
}
