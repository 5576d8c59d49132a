package hearth.server.http;

import hearth.model.Bytes;
import hearth.model.memory.MemoryBudget;
import hearth.worker.loops.EpollLoops;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A listener on a free port of the loopback, with one event loop.
final class ListenerUnderTest implements AutoCloseable {
    static final Bytes BODY_MEMORY = Bytes.mebibytes(64);

    final EchoService service = new EchoService();
    final MemoryBudget memory = new MemoryBudget(BODY_MEMORY);
    final HttpListener listener;
    final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollLoops.newFactory());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    ListenerUnderTest() {
        this(HttpLimits.defaults());
    }

    ListenerUnderTest(HttpLimits limits) {
        try {
            listener = new HttpListener(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    loops,
                    service,
                    limits,
                    () -> UUID.randomUUID().toString(),
                    threads,
                    memory,
                    memory,
                    InstantSource.system());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RawClient connect() {
        return new RawClient(listener.address());
    }

    @Override
    public void close() {
        service.release.countDown();
        listener.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        threads.close();
    }
}
