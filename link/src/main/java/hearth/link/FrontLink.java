package hearth.link;

import hearth.link.certificates.MemberCertificate;
import hearth.link.message.FunctionKey;
import hearth.link.message.Hello;
import hearth.link.message.Message;
import hearth.link.message.Message.Event;
import hearth.link.message.Message.KeyEnded;
import hearth.link.message.Message.KeyMade;
import hearth.link.message.Versions;
import hearth.link.wire.Connection;
import hearth.link.wire.LinkTiming;
import hearth.model.Bytes;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.InvocationProgress.Piece;
import hearth.model.worker.Report;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The way from a worker to the frontend that it has joined: made again whenever it is lost.
///
/// What the worker tells while there is none is lost, which its next report puts right. Environments stay as they are
/// meanwhile.
public final class FrontLink implements WorkerEvents, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FrontLink.class.getName());

    private static final Duration CONNECTING = Duration.ofSeconds(3);
    private static final long FIRST_PAUSE = 50;
    private static final long LONGEST_PAUSE = 2_000;

    private final Frontend frontend;
    private final EventLoop loop;
    private final MemberCertificate certificate;
    private final LinkTiming timing;
    private final Hello hello;
    private final MemoryBudget memory;
    private final MemoryBudget forEvents;
    private final Executor blocking;
    private final RandomGenerator random;
    private final RunningInvocations running;
    private final RemotePackages packages = new RemotePackages(this::post);
    private volatile @Nullable WorkerLink worker;
    private volatile @Nullable Connection connected;
    private volatile @Nullable Report lastReport;
    private volatile @Nullable InetSocketAddress api;
    private volatile boolean closed;
    private volatile String obstacle = "the worker has not joined yet";

    /// Those of living environments. Guarded by itself, with the order in which they are told of.
    private final Map<String, FunctionKey> keys = new HashMap<>();

    // On the loop alone.
    private long pause = FIRST_PAUSE;

    /// Where the frontend listens for workers.
    public record Frontend(String host, int port) {
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /// @param loops of the epoll transport; stay the caller's
    /// @param certificate whose name is the worker's
    /// @param zone of this host; empty for none
    /// @param memory of this process
    /// @param blocking runs look-ups of the host's name: virtual threads
    /// @param random tells this process from others of the same worker
    public FrontLink(
            Frontend frontend,
            EventLoopGroup loops,
            MemberCertificate certificate,
            LinkTiming timing,
            String zone,
            WorkerCapacity capacity,
            MemoryBudget memory,
            Executor blocking,
            RandomGenerator random) {
        this.frontend = frontend;
        this.loop = loops.next();
        this.certificate = certificate;
        this.timing = timing;
        this.hello = new Hello(
                Versions.OURS,
                certificate.cluster(),
                new WorkerId(certificate.name()),
                random.nextLong(),
                zone,
                capacity);
        this.memory = memory;
        // What is left is for answers: nothing that waits for one ends without.
        this.forEvents = memory.share(new Bytes(memory.total().count() / 4 * 3));
        this.blocking = blocking;
        this.random = random;
        this.running = new RunningInvocations(memory);
    }

    /// The packages that the frontend has.
    public PackageShelf packages() {
        return packages;
    }

    /// Begins to connect, and goes on with it for good.
    ///
    /// @param commanded takes the frontend's commands
    public void begin(WorkerLink commanded) {
        worker = commanded;
        loop.execute(this::connect);
    }

    /// A key is good from now on: the frontend is to know it before the function that has it does anything.
    public void keyMade(FunctionKey key) {
        synchronized (keys) {
            keys.put(key.id(), key);
            post(new KeyMade(key));
        }
    }

    public void keyEnded(String id) {
        synchronized (keys) {
            keys.remove(id);
            post(new KeyEnded(id));
        }
    }

    /// Where functions find the frontend's API; empty before it was joined, and where it has none.
    public Optional<InetSocketAddress> api() {
        return Optional.ofNullable(api);
    }

    /// Why the worker is given nothing now; empty while there is no reason.
    public Optional<String> obstacle() {
        return connected != null ? Optional.empty() : Optional.of(obstacle);
    }

    /// Of the worker's environments.
    @Override
    public void happened(WorkerId from, WorkerEvent event) {
        running.told(event);
        if (event instanceof Report report) {
            lastReport = report;
        }
        if (!post(new Event(event))) {
            unheard(event);
        }
    }

    /// Nobody hears of an event. The function must not wait until somebody takes a piece of its answer.
    private void unheard(WorkerEvent event) {
        var commanded = worker;
        if (commanded != null && event instanceof Piece piece) {
            commanded.send(RunningInvocations.creditFor(piece));
        }
    }

    private boolean post(Message message) {
        var connection = connected;
        if (connection == null) {
            return false;
        }
        connection.send(message);
        return true;
    }

    // ---- The connection, on the loop

    private void connect() {
        if (closed) {
            return;
        }
        blocking.execute(() -> {
            try {
                var address = new InetSocketAddress(InetAddress.getByName(frontend.host()), frontend.port());
                loop.execute(() -> connectTo(address));
            } catch (UnknownHostException e) {
                loop.execute(() -> again("this host knows no " + frontend.host()));
            }
        });
    }

    private void connectTo(InetSocketAddress address) {
        var channel = new EpollSocketChannel();
        var conversation = new FrontConversation(this, worker());
        var connection = new Connection(
                channel,
                loop,
                certificate.connecting(frontend.host(), frontend.port()),
                timing,
                memory,
                forEvents,
                conversation);
        var connecting = new Bootstrap()
                .group(loop)
                .channelFactory(() -> channel)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECTING.toMillis())
                .handler(new ChannelInitializer<EpollSocketChannel>() {
                    @Override
                    protected void initChannel(EpollSocketChannel opened) {
                        // The connection has set it up.
                    }
                })
                .connect(address);
        connecting.addListener(_ -> {
            if (!connecting.isSuccess()) {
                connection.close(
                        "it cannot be connected to: " + connecting.cause().getMessage());
            }
        });
    }

    private WorkerLink worker() {
        var commanded = worker;
        if (commanded == null) {
            throw new IllegalStateException("There is no worker yet");
        }
        return commanded;
    }

    Hello hello() {
        return hello;
    }

    RunningInvocations running() {
        return running;
    }

    RemotePackages remotePackages() {
        return packages;
    }

    /// The frontend has taken us.
    ///
    /// @param apiPort of its API; 0 if there is none
    void joined(Connection connection, int apiPort) {
        if (closed) {
            connection.close("this worker stops");
            return;
        }
        LOG.log(Level.INFO, "This worker, {0}, has joined the frontend at {1}", hello.worker(), frontend);
        pause = FIRST_PAUSE;
        obstacle = "";
        api = apiPort == 0 ? null : new InetSocketAddress(connection.remoteHost(), apiPort);
        synchronized (keys) {
            connected = connection;
            keys.values().forEach(key -> connection.send(new KeyMade(key)));
        }
        var report = lastReport;
        if (report != null) {
            // Else nothing would be placed here before the next.
            connection.send(new Event(report));
        }
    }

    void unsent(Message message) {
        if (message instanceof Event(var event)) {
            unheard(event);
        }
    }

    /// The connection has ended, or never came about.
    void lost(String why) {
        connected = null;
        packages.lost();
        running.credits().forEach(worker()::send);
        again(why);
    }

    private void again(String why) {
        if (closed) {
            return;
        }
        boolean isNews = !why.equals(obstacle);
        obstacle = why;
        LOG.log(
                isNews ? Level.WARNING : Level.DEBUG,
                "This worker, {0}, is not joined to the frontend at {1}, and tries again: {2}",
                hello.worker(),
                frontend,
                why);
        long delay = pause / 2 + random.nextLong(pause / 2 + 1);
        pause = Math.min(LONGEST_PAUSE, 2 * pause);
        var _ = loop.schedule(this::connect, delay, TimeUnit.MILLISECONDS);
    }

    // ---- The end

    /// Says that this worker is about to stop, and waits until the invocations that run have ended, or the time is up.
    public void leave(Duration patience) {
        var connection = connected;
        if (connection != null) {
            connection.leave();
            running.awaitEnd(patience);
        }
    }

    /// Ends the connection once all is said. Safe to repeat.
    @Override
    public void close() {
        closed = true;
        var connection = connected;
        if (connection != null) {
            connection.closeWhenSent("this worker stops");
        }
    }
}
