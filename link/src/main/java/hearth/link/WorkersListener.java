package hearth.link;

import hearth.link.certificates.MemberCertificate;
import hearth.link.message.MemberAddress;
import hearth.link.message.Versions;
import hearth.link.wire.Connection;
import hearth.link.wire.LinkTiming;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// Listens for the workers of a cluster, and tells who has come and gone.
public final class WorkersListener implements AutoCloseable {
    private static final int BACKLOG = 256;

    /// More than a cluster has workers: whoever has no certificate is gone again soon.
    private static final int MOST_CONNECTIONS = 4_096;

    private final Channel channel;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final WorkerRoster roster = new WorkerRoster();

    /// Binds and listens.
    ///
    /// @param loops of the epoll transport; stay the caller's
    /// @param ownWorker of this process, or the name that no worker on another host may have
    /// @param events where what the workers tell is told
    /// @param packages that they may ask for
    /// @param members which members of the cluster there are, with their listeners for workers; none in a process
    ///     that is no member of one
    /// @param apiPort where functions that run there find the API on this host; 0 for nowhere
    /// @param blocking runs what waits for packages: virtual threads
    /// @param memory of this process
    /// @throws IOException when the address is in use, or not ours
    public WorkersListener(
            InetSocketAddress address,
            EventLoopGroup loops,
            MemberCertificate certificate,
            LinkTiming timing,
            WorkerId ownWorker,
            WorkerArrivals arrivals,
            WorkerEvents events,
            PackageShelf packages,
            Supplier<List<MemberAddress>> members,
            IntSupplier apiPort,
            Executor blocking,
            MemoryBudget memory)
            throws IOException {
        this(
                address,
                loops,
                certificate,
                timing,
                ownWorker,
                arrivals,
                events,
                packages,
                members,
                apiPort,
                blocking,
                memory,
                Versions.OURS);
    }

    /// @param speaks the versions of the protocol
    WorkersListener(
            InetSocketAddress address,
            EventLoopGroup loops,
            MemberCertificate certificate,
            LinkTiming timing,
            WorkerId ownWorker,
            WorkerArrivals arrivals,
            WorkerEvents events,
            PackageShelf packages,
            Supplier<List<MemberAddress>> members,
            IntSupplier apiPort,
            Executor blocking,
            MemoryBudget memory,
            Versions speaks)
            throws IOException {
        var setting = new WorkerConversation.Setting(
                certificate.cluster(),
                ownWorker,
                roster,
                arrivals,
                events,
                post -> new PackageCourier(packages, blocking, post),
                members,
                apiPort,
                speaks);
        var bound = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<EpollSocketChannel>() {
                    @Override
                    protected void initChannel(EpollSocketChannel accepted) {
                        if (connections.size() >= MOST_CONNECTIONS) {
                            var _ = accepted.close();
                            return;
                        }
                        // Answers go before all else: nothing that waits for them ends without.
                        var connection = new Connection(
                                accepted,
                                accepted.eventLoop(),
                                certificate.accepting(),
                                timing,
                                memory,
                                memory,
                                new WorkerConversation(setting));
                        connections.add(connection);
                        accepted.closeFuture().addListener(_ -> connections.remove(connection));
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        channel = bound.channel();
    }

    /// Where it listens; tells the port when any was asked for.
    public InetSocketAddress address() {
        return (InetSocketAddress) channel.localAddress();
    }

    /// The members of the cluster are others than before: tells the workers that are connected.
    public void membersChanged() {
        roster.all().forEach(WorkerConversation::tellMembers);
    }

    /// How many workers are connected.
    public int workers() {
        return roster.connected();
    }

    /// Ends every connection. Safe to repeat.
    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        connections.forEach(connection -> connection.close("this server stops"));
    }
}
