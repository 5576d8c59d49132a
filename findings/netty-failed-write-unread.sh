#!/usr/bin/env bash
# Netty 4.2.18.Final, NIO and the native epoll transport.
#
# Guess: what has come from a peer before it closed is read, whatever becomes of what is written meanwhile: so a peer's last message
# is handled, and then its end.
# Behaviour: a peer that closes its socket with something unread resets the connection. Linux keeps what it had sent before for the
# reader, also after a write has failed of it: a plain socket reads it. Netty closes the channel when a write fails so, and what
# waits in the kernel never comes to channelRead.
#   plain: the write fails with Broken pipe, and then reads "last words"
#   nio: the write fails with Broken pipe, reads ""
#   epoll: the write fails with sendAddress(..) failed with error(-32): Broken pipe, reads ""
# Why it matters: "going away" messages of a protocol (GOAWAY, "I stop, send elsewhere") are lost at the side that is just sending, which
# is any side under load, and what it sent counts as perhaps done. Whoever says last words has to read to the other's end before it
# closes.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; half a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
version=4.2.18.Final
cat > pom.xml <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>io.netty</groupId><artifactId>netty-transport-native-epoll</artifactId><version>$version</version>
<classifier>linux-$(uname -m | sed s/aarch64/aarch_64/)</classifier></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > LastWords.java <<'JAVA'
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.*;
import io.netty.channel.epoll.*;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

public class LastWords {
    static final String WORDS = "last words";

    public static void main(String[] arguments) throws Exception {
        boolean plain = WORDS.equals(plain());
        boolean nio = netty("nio", NioIoHandler.newFactory(), NioSocketChannel.class).isEmpty();
        boolean epoll = netty("epoll", EpollIoHandler.newFactory(), EpollSocketChannel.class).isEmpty();
        System.exit(plain && nio && epoll ? 0 : 1);
    }

    /// Takes one connection, waits until something has come over it, says its words and closes it unread.
    static ServerSocket peer(CompletableFuture<Void> closed) throws IOException {
        var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var thread = new Thread(() -> {
            try (server; var socket = server.accept()) {
                while (socket.getInputStream().available() == 0) {
                    Thread.sleep(1);
                }
                socket.getOutputStream().write(WORDS.getBytes(StandardCharsets.US_ASCII));
            } catch (Exception e) {
                closed.completeExceptionally(e);
            }
            closed.complete(null);
        });
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    static String plain() throws Exception {
        var closed = new CompletableFuture<Void>();
        var server = peer(closed);
        try (var socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
            socket.getOutputStream().write('x');
            closed.get();
            Thread.sleep(100);
            String failure = "";
            try {
                socket.getOutputStream().write('y');
            } catch (SocketException e) {
                failure = e.getMessage();
            }
            var words = new byte[100];
            int count = socket.getInputStream().read(words);
            var read = new String(words, 0, Math.max(0, count), StandardCharsets.US_ASCII);
            System.out.println("plain: the write fails with " + failure + ", and then reads \"" + read + "\"");
            return failure.isEmpty() ? "" : read;
        }
    }

    static String netty(String name, IoHandlerFactory factory, Class<? extends Channel> type) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, factory);
        var closed = new CompletableFuture<Void>();
        var server = peer(closed);
        var read = new StringBuffer();
        var failure = new AtomicReference<Throwable>();
        var channel = new Bootstrap().group(group).channel(type)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override public void channelRead(ChannelHandlerContext context, Object message) {
                        read.append(((ByteBuf) message).toString(StandardCharsets.US_ASCII));
                        ((ByteBuf) message).release();
                    }
                    @Override public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}
                })
                .connect(server.getInetAddress(), server.getLocalPort()).sync().channel();
        // As when the loop is busy with other channels while the peer says its words, and then writes to it.
        channel.eventLoop().submit(() -> {
            channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'x'}));
            closed.join();
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {'y'})).addListener(written -> failure.set(written.cause()));
        }).sync();
        channel.closeFuture().sync();
        group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).sync();
        System.out.println(name + ": the write fails with " + failure.get().getMessage() + ", reads \"" + read + "\"");
        return read.toString();
    }
}
JAVA
timeout 60 java -cp 'jars/*' LastWords.java
