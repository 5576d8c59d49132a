package hearth.worker.endpoints;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Listens at the addresses inside one environment's sandbox, for as long as the sandbox lasts.
///
/// All on the environment's event loop. Connections of a process that has ended are ended by the kernel.
public final class EnvironmentServices implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EnvironmentServices.class.getName());

    /// Clients of AWS's SDKs have 10 to 50 each.
    static final int MOST_CONNECTIONS = 128;

    private final EventLoop loop;
    private final Set<Channel> open = new HashSet<>();
    private boolean closed;

    private EnvironmentServices(EventLoop loop) {
        this.loop = loop;
    }

    /// @param sockets listening and non-blocking, as the sandbox has them; none where it shares the host's network;
    ///     closed with the services
    /// @param api takes connections to this server, of no loop yet
    public static EnvironmentServices listen(
            List<Integer> sockets, FunctionEndpoints endpoints, Consumer<Channel> api, Relays relays, EventLoop loop) {
        var services = new EnvironmentServices(loop);
        for (int i = 0; i < sockets.size(); i++) {
            var address = endpoints.addresses().get(i);
            Consumer<Channel> serve = address.isApi()
                    ? api
                    : connection -> relays.relay((EpollSocketChannel) connection, loop, address.relayedTo());
            services.listen(sockets.get(i), serve);
        }
        return services;
    }

    private void listen(int socket, Consumer<Channel> serve) {
        var channel = new EpollServerSocketChannel(socket);
        channel.pipeline().addLast(new Acceptor(serve));
        keep(channel);
        var _ = loop.register(channel);
    }

    private void keep(Channel channel) {
        open.add(channel);
        channel.closeFuture().addListener(_ -> open.remove(channel));
    }

    /// Ends every connection. Safe to repeat.
    @Override
    public void close() {
        closed = true;
        for (var channel : List.copyOf(open)) {
            var _ = channel.close();
        }
    }

    private final class Acceptor extends ChannelInboundHandlerAdapter {
        private final Consumer<Channel> serve;

        Acceptor(Consumer<Channel> serve) {
            this.serve = serve;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var connection = (Channel) message;
            if (closed || open.size() >= MOST_CONNECTIONS) {
                connection.unsafe().closeForcibly();
                return;
            }
            try {
                serve.accept(connection);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "A function's connection cannot be served", e);
                connection.unsafe().closeForcibly();
            }
            // One that was turned away is closed, and tells nobody of it.
            if (connection.isOpen()) {
                keep(connection);
            }
        }

        /// Without descriptors left, accepting would fail again at once and for ever: wait a little.
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.log(
                    cause instanceof IOException ? Level.WARNING : Level.ERROR,
                    "Cannot accept a function's connection",
                    cause);
            var config = context.channel().config();
            config.setAutoRead(false);
            var _ = loop.schedule(() -> config.setAutoRead(true), 1, TimeUnit.SECONDS);
        }
    }
}
