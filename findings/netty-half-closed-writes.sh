#!/usr/bin/env bash
# Netty 4.2.18.Final, native epoll transport (since its pull request 16689 of April 2026; the code is the same in 4.2.20).
#
# Guess: with ALLOW_HALF_CLOSURE a channel that does not read by itself (AUTO_READ off, as under back-pressure), and whose peer has
# shut down its output, can still be written to, however large the answer is.
# Behaviour: only what fits into the socket's buffer arrives. When nothing is awaited of a descriptor, EpollIoHandler takes it out of epoll
# and does not note it, so that waiting for room (EPOLLOUT) later fails with ENOENT, the write with it, and the output is shut down.
# By NIO (which sees no end while it does not read, and so reads) the same program sends everything.
#   nio: 8388608 of 8388608 bytes
#   epoll: fewer than 8388608 bytes, Channel output shutdown: epoll_ctl(..) failed with error(-2): No such file or directory
# Why it matters: clients that half-close after their request (nc -N, HTTP/1.0 tools, proxies that pass the end on) read a truncated
# answer. It depends on timing and size, and no test with small answers shows it.
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

cat > HalfClosed.java <<'JAVA'
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.*;
import io.netty.channel.epoll.*;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.*;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.*;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

public class HalfClosed {
    static final int SIZE = 8 << 20;

    public static void main(String[] arguments) throws Exception {
        int nio = run("nio", NioIoHandler.newFactory(), NioServerSocketChannel.class);
        int epoll = run("epoll", EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
        System.exit(nio == SIZE && epoll < SIZE ? 0 : 1);
    }

    static int run(String name, IoHandlerFactory factory, Class<? extends ServerChannel> type) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, factory);
        var failure = new AtomicReference<Throwable>();
        var server = new ServerBootstrap().group(group).channel(type)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.AUTO_READ, type == NioServerSocketChannel.class)
                .childHandler(new ChannelInboundHandlerAdapter() {
                    @Override public boolean isSharable() { return true; }
                    @Override public void userEventTriggered(ChannelHandlerContext context, Object event) {
                        if (event instanceof ChannelInputShutdownEvent) {
                            // Not at once: by then the loop has done all that it does about the end.
                            context.executor().schedule(() -> context.writeAndFlush(Unpooled.wrappedBuffer(new byte[SIZE]))
                                    .addListener(written -> {
                                        failure.set(written.cause());
                                        context.close();
                                    }), 50, TimeUnit.MILLISECONDS);
                        }
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
        int count = 0;
        try (var client = new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) server.localAddress()).getPort())) {
            client.setSoTimeout(10_000);
            client.getOutputStream().write('?');
            client.shutdownOutput();
            // So that the answer has to wait for room.
            Thread.sleep(200);
            var piece = new byte[1 << 16];
            for (int n; (n = client.getInputStream().read(piece)) >= 0; ) {
                count += n;
            }
        } catch (SocketException | SocketTimeoutException e) {
            // What has come counts.
        }
        server.close().sync();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        var why = failure.get();
        System.out.println(name + ": " + (count < SIZE ? "fewer than " + SIZE : count + " of " + SIZE) + " bytes"
                + (why == null ? "" : ", " + why.getMessage() + (why.getCause() == null ? "" : ": " + root(why).getMessage())));
        return count;
    }

    static Throwable root(Throwable failure) {
        return failure.getCause() == null ? failure : root(failure.getCause());
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes HalfClosed.java
timeout 60 java -cp "classes:jars/*" HalfClosed 2>/dev/null
