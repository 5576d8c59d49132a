package hearth.server.cli;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// systemd, or who else started this server and wants to hear how it goes: `sd_notify(3)` by the socket that
/// `NOTIFY_SOCKET` names.
///
/// @param socket empty where nobody asked
record NotifySocket(String socket) {
    private static final System.Logger LOG = System.getLogger(NotifySocket.class.getName());

    static NotifySocket of(Map<String, String> environment) {
        return new NotifySocket(environment.getOrDefault("NOTIFY_SOCKET", ""));
    }

    void ready(String address) {
        tell("READY=1\nMAINPID=" + ProcessHandle.current().pid() + "\nSTATUS=Ready at " + address);
    }

    void stopping() {
        tell("STOPPING=1\nSTATUS=Finishing what runs");
    }

    /// One datagram. Nobody there who hears it is no reason to fail.
    private void tell(String state) {
        if (socket.isEmpty()) {
            return;
        }
        // An abstract name begins with a zero byte, which is written as @.
        var address = new DomainSocketAddress(socket.startsWith("@") ? "\0" + socket.substring(1) : socket);
        var loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            var channel = new Bootstrap()
                    .group(loops)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(address)
                    .syncUninterruptibly()
                    .channel();
            channel.writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8))
                    .syncUninterruptibly();
            channel.close().syncUninterruptibly();
        } catch (Exception e) {
            LOG.log(Level.WARNING, "The service manager at {0} cannot be told: {1}", socket, e.getMessage());
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }
}
