#!/usr/bin/env bash
# Netty 4.2.18.Final, any transport (ChannelOutboundBuffer; shown by NIO).
#
# Guess: when the future of a write completes, what it wrote counts no longer, so that a listener may ask isWritable() whether to write on.
# Behaviour: the promise is completed first and the pending bytes are lowered afterwards. A listener that is called on the event loop sees the old
# figures: not writable, nothing left before the mark, though all has gone out. A task that it submits sees the new ones.
#   after write: writable false, 0 before unwritable
#   in the listener: writable false, 0 before unwritable
#   in a task of the listener: writable true, 65537 before unwritable
# Why it matters: who writes the next piece from the listener "if writable" stops there for good, unless channelWritabilityChanged is handled too;
# who sizes it by bytesBeforeUnwritable() makes it too small. In tests, whose writes stay below the mark, it does not show.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. Loopback only; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
<dependencies>
<dependency><groupId>io.netty</groupId><artifactId>netty-transport</artifactId><version>4.2.18.Final</version></dependency>
</dependencies></project>
XML
timeout 300 mvn -B -q -Dmaven.repo.local="$folder/repository" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=jars >&2

cat > Written.java <<'JAVA'
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.*;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;

public class Written {
    static final List<String> seen = new CopyOnWriteArrayList<>();

    public static void main(String[] arguments) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        var done = new CountDownLatch(1);
        // Just over the high mark, and little enough to go out at once.
        int size = 65 << 10;
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            server.setReceiveBufferSize(1 << 20);
            var channel = new Bootstrap().group(group).channel(NioSocketChannel.class)
                    .option(ChannelOption.SO_SNDBUF, 1 << 20)
                    .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 << 10, 64 << 10))
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(server.getLocalSocketAddress()).sync().channel();
            try (var peer = server.accept()) {
                channel.eventLoop().execute(() -> {
                    channel.write(Unpooled.wrappedBuffer(new byte[size])).addListener(written -> {
                        note("in the listener", channel);
                        channel.eventLoop().execute(() -> {
                            note("in a task of the listener", channel);
                            done.countDown();
                        });
                    });
                    note("after write", channel);
                    channel.flush();
                });
                peer.getInputStream().readNBytes(size);
                if (!done.await(10, TimeUnit.SECONDS)) {
                    System.out.println("nothing was written");
                }
            }
            channel.close().sync();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        System.exit(seen.equals(List.of("false 0", "false 0", "true 65537")) ? 0 : 1);
    }

    static void note(String when, Channel channel) {
        seen.add(channel.isWritable() + " " + channel.bytesBeforeUnwritable());
        System.out.println(when + ": writable " + channel.isWritable() + ", " + channel.bytesBeforeUnwritable() + " before unwritable");
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Written.java
timeout 60 java -cp "classes:jars/*" Written 2>/dev/null
