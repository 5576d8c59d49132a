package hearth.worker.runtimeapi;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Listens where one environment's runtime finds the Runtime API, for as long as its sandbox lasts.
///
/// All on the environment's event loop. The connections belong to the session of the process that made them.
public final class RuntimeApiServer {
    private static final System.Logger LOG = System.getLogger(RuntimeApiServer.class.getName());
    /// How much the kernel takes of what is not read yet, in bytes. When a runtime closes its side all of it is
    /// read at once, wanted or not.
    private static final int RECEIVE_BUFFER = 128 << 10;

    private final EventLoop loop;
    private final EpollServerSocketChannel channel;
    private @Nullable RuntimeSession session;

    private RuntimeApiServer(EventLoop loop, EpollServerSocketChannel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    /// @param listeningSocket non-blocking; closed with the server
    public static RuntimeApiServer listen(int listeningSocket, EventLoop loop) {
        var channel = new EpollServerSocketChannel(listeningSocket);
        var server = new RuntimeApiServer(loop, channel);
        channel.pipeline().addLast(server.new Acceptor());
        var _ = loop.register(channel);
        return server;
    }

    /// Whose connections are accepted from now on. Between two processes there is none: what still lies in the
    /// socket's queue then was sent by the dead one.
    public void serve(@Nullable RuntimeSession session) {
        this.session = session;
    }

    /// Takes over a connection that the runtime of this session was born with.
    ///
    /// @param socket a stream socket, non-blocking; closed with the session
    public void adopt(int socket) {
        var connection = new EpollDomainSocketChannel(socket);
        if (session == null) {
            connection.unsafe().closeForcibly();
            return;
        }
        connection.pipeline().addLast(new RuntimeConnection(session));
        var _ = loop.register(connection);
    }

    public void close() {
        session = null;
        var _ = channel.close();
    }

    private final class Acceptor extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var connection = (Channel) message;
            if (session == null || !session.hasRoomForConnection()) {
                connection.unsafe().closeForcibly();
                return;
            }
            try {
                connection.config().setOption(ChannelOption.TCP_NODELAY, true);
                connection.config().setOption(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER);
                connection.pipeline().addLast(new RuntimeConnection(session));
                var _ = loop.register(connection);
            } catch (RuntimeException | Error e) {
                connection.unsafe().closeForcibly();
                throw e;
            }
        }

        /// Without descriptors left, accepting would fail again at once and for ever: wait a little.
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (!(cause instanceof IOException) && session != null) {
                session.failed(cause);
                return;
            }
            LOG.log(Level.WARNING, "Cannot accept a runtime's connection", cause);
            var config = context.channel().config();
            config.setAutoRead(false);
            var _ = loop.schedule(() -> config.setAutoRead(true), 1, TimeUnit.SECONDS);
        }
    }
}
