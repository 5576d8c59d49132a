#!/usr/bin/env bash
# Netty 4.2.18.Final: what an IoHandle of one's own throws on an epoll event loop.
#
# Guess: as with a ChannelHandler, whose throwables end at its own channel (exceptionCaught), or with a task, whose throwables are logged
# (AbstractEventExecutor.safeExecute, which catches every Throwable): what one handle throws concerns that handle alone.
# Behaviour: nothing stands between IoHandle.handle and the loop. After an exception the loop logs "Unexpected exception in the selector
# loop" and SLEEPS for a second, with all that it serves: handles that were ready in the same round are called after that second. An Error,
# a StackOverflowError among them, ends the event loop for good: other handles are never called, tasks are rejected.
#   exception: the next handle was called after a second or more; a task runs
#   error: the next handle was never called; a task is rejected
# Why it matters: whoever watches descriptors of their own on Netty's loops (pidfds, pipes, timers) must catch every Throwable there, or one
# defect stops a whole server.
#
# Needs a JDK 17 or newer and Maven, for Maven Central. No network of its own; a quarter of a minute.
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

cat > Throws.java <<'JAVA'
import io.netty.channel.*;
import io.netty.channel.epoll.*;
import io.netty.channel.unix.FileDescriptor;
import java.nio.ByteBuffer;
import java.util.concurrent.*;

public class Throws {
    static final class Handle implements EpollIoHandle {
        final FileDescriptor descriptor;
        final Runnable readable;

        Handle(FileDescriptor descriptor, Runnable readable) {
            this.descriptor = descriptor;
            this.readable = readable;
        }

        @Override public FileDescriptor fd() { return descriptor; }
        @Override public void handle(IoRegistration registration, IoEvent event) { readable.run(); }
        @Override public void close() {}
    }

    public static void main(String[] arguments) throws Exception {
        boolean late = run("exception", () -> { throw new IllegalStateException("as told"); }, 1000);
        boolean never = run("error", () -> { throw new StackOverflowError("as told"); }, Long.MAX_VALUE);
        System.exit(late && never ? 0 : 1);
    }

    /// Two pipes are readable in the same round; the first one's handle throws.
    static boolean run(String name, Runnable thrower, long expectedMillis) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        var loop = (IoEventLoop) group.next();
        var pipes = new FileDescriptor[][] {FileDescriptor.pipe(), FileDescriptor.pipe()};
        var registrations = new IoRegistration[2];
        var called = new CompletableFuture<Long>();
        Runnable[] readable = {
            () -> { registrations[0].cancel(); thrower.run(); },
            () -> { registrations[1].cancel(); called.complete(System.nanoTime()); }
        };
        for (int i = 0; i < 2; i++) {
            registrations[i] = loop.register(new Handle(pipes[i][0], readable[i])).get();
            registrations[i].submit(EpollIoOps.EPOLLIN);
        }
        long begin = System.nanoTime();
        loop.submit(() -> {
            for (var pipe : pipes) {
                pipe[1].write(ByteBuffer.allocateDirect(1), 0, 1);
            }
            return null;
        }).get();
        long millis;
        try {
            millis = (called.get(4, TimeUnit.SECONDS) - begin) / 1_000_000;
        } catch (TimeoutException e) {
            millis = Long.MAX_VALUE;
        }
        boolean runs;
        try {
            loop.submit(() -> {}).get(4, TimeUnit.SECONDS);
            runs = true;
        } catch (RejectedExecutionException | TimeoutException e) {
            runs = false;
        }
        System.out.println(name + ": the next handle was "
                + (millis == Long.MAX_VALUE ? "never called" : millis >= 1000 ? "called after a second or more" : "called at once")
                + "; a task " + (runs ? "runs" : "is rejected"));
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        return millis >= expectedMillis && runs == (expectedMillis < Long.MAX_VALUE);
    }
}
JAVA
javac -proc:none -cp "jars/*" -d classes Throws.java
timeout 60 java -cp "classes:jars/*" Throws 2>/dev/null
