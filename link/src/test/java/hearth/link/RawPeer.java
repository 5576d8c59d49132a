package hearth.link;

import hearth.link.message.Hello;
import hearth.link.message.Message;
import hearth.link.wire.Connection;
import hearth.link.wire.Conversation;
import hearth.link.wire.LinkTiming;
import hearth.model.memory.MemoryBudget;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/// The other side of a frontend, as a test wants it: says any hello, and reads no more if that is wanted.
final class RawPeer implements Conversation, AutoCloseable {
    final CompletableFuture<Integer> welcomed = new CompletableFuture<>();
    final CompletableFuture<String> ended = new CompletableFuture<>();
    final CompletableFuture<Boolean> dismissed = new CompletableFuture<>();
    final List<Message> received = new CopyOnWriteArrayList<>();
    private final EpollSocketChannel channel = new EpollSocketChannel();
    private final Hello hello;
    private final boolean reads;

    RawPeer(EventLoopGroup loops, int port, SslHandler tls, LinkTiming timing, Hello hello, boolean reads) {
        this.hello = hello;
        this.reads = reads;
        var loop = loops.next();
        var memory = MemoryBudget.unlimited();
        var connection = new Connection(channel, loop, tls, timing, memory, memory, this);
        new Bootstrap()
                .group(loop)
                .channelFactory(() -> channel)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        connection.close(String.valueOf(connected.cause()));
                    }
                });
    }

    /// Writes bytes as they are, below the messages and above TLS.
    void write(ByteBuf bytes) {
        channel.eventLoop().execute(() -> {
            var _ = channel.writeAndFlush(bytes);
        });
    }

    @Override
    public void met(Connection connection, String name, String cluster) {
        connection.introduce(hello.encode());
    }

    @Override
    public void introduced(ByteBuf greeting) {
        throw new IllegalStateException("A frontend does not introduce itself");
    }

    @Override
    public void welcomed(int version, int apiPort) {
        welcomed.complete(version);
        if (!reads) {
            channel.config().setAutoRead(false);
            channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
                @Override
                public void read(ChannelHandlerContext context) {
                    // Nothing is read, whoever may want it.
                }
            });
        }
    }

    @Override
    public void leaves() {
        throw new IllegalStateException("A frontend does not leave");
    }

    @Override
    public void dismissed() {
        dismissed.complete(true);
    }

    @Override
    public void received(Message message) {
        received.add(message);
    }

    @Override
    public void unsent(Message message) {}

    @Override
    public void ended(String why, List<Message> unsent) {
        ended.complete(why);
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
    }
}
