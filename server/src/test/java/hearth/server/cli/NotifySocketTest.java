package hearth.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotifySocketTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void tellsASocketInTheFileSystem() throws Exception {
        var path = folder.resolve("notify").toString();

        assertThat(heard(path, path)).containsExactly(ready(), "STOPPING=1\nSTATUS=Finishing what runs");
    }

    @Test
    void tellsASocketWithAnAbstractName() throws Exception {
        var name = "hearth-test-" + ProcessHandle.current().pid();

        assertThat(heard("\0" + name, "@" + name)).startsWith(ready());
    }

    @Test
    void outlivesANotifySocketThatIsGone() {
        NotifySocket.of(Map.of("NOTIFY_SOCKET", folder.resolve("nobody").toString()))
                .ready("http://127.0.0.1:9000");
        NotifySocket.of(Map.of()).stopping();
    }

    private static String ready() {
        return "READY=1\nMAINPID=" + ProcessHandle.current().pid() + "\nSTATUS=Ready at http://127.0.0.1:9000";
    }

    /// What a service manager that listens there is told of a start and a stop.
    private static List<String> heard(String listening, String told) throws InterruptedException {
        var heard = new LinkedBlockingQueue<String>();
        var loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try {
            new Bootstrap()
                    .group(loops)
                    .channel(EpollDomainDatagramChannel.class)
                    .handler(new Listener(heard))
                    .bind(new DomainSocketAddress(listening))
                    .sync();
            var manager = NotifySocket.of(Map.of("NOTIFY_SOCKET", told));
            manager.ready("http://127.0.0.1:9000");
            manager.stopping();
            return List.of(
                    String.valueOf(heard.poll(20, TimeUnit.SECONDS)), String.valueOf(heard.poll(20, TimeUnit.SECONDS)));
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    private static final class Listener extends SimpleChannelInboundHandler<DomainDatagramPacket> {
        private final BlockingQueue<String> heard;

        Listener(BlockingQueue<String> heard) {
            this.heard = heard;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
            heard.add(packet.content().toString(StandardCharsets.UTF_8));
        }
    }
}
