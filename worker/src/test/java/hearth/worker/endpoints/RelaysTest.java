package hearth.worker.endpoints;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import hearth.model.endpoints.ServiceEndpoints;
import hearth.model.memory.MemoryBudget;
import hearth.worker.linux.NetworkNamespace;
import hearth.worker.loops.EpollLoops;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The addresses of one environment, with sockets of this process's own network in the place of a sandbox's.
class RelaysTest {
    private static final int PATIENCE_MILLIS = 20_000;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollLoops.newFactory());
    private final BlockingQueue<Channel> entered = new ArrayBlockingQueue<>(1000);
    private ServerSocket service;
    private int relayPort;
    private int apiPort;
    private EnvironmentServices services;

    @BeforeEach
    void open() throws Exception {
        service = new ServerSocket(0, 300, InetAddress.getLoopbackAddress());
        service.setSoTimeout(PATIENCE_MILLIS);
        listen(new Relays(100, Duration.ofMinutes(1), MemoryBudget.unlimited()));
    }

    private void listen(Relays relays) throws Exception {
        int api = NetworkNamespace.listen(0);
        int relay = NetworkNamespace.listen(0);
        apiPort = NetworkNamespace.port(api);
        relayPort = NetworkNamespace.port(relay);
        var endpoints = FunctionEndpoints.of(
                ServiceEndpoints.NONE.with(List.of("s3=http://127.0.0.1:" + service.getLocalPort())), 0);
        var loop = loops.next();
        services = loop.submit(() -> EnvironmentServices.listen(
                        List.of(api, relay), endpoints, connection -> enter(connection, loop), relays, loop))
                .get();
    }

    private void enter(Channel connection, EventLoop loop) {
        entered.add(connection);
        var _ = loop.register(connection);
    }

    private void closeServices() throws Exception {
        loops.next().submit(services::close).get();
    }

    @AfterEach
    void end() throws Exception {
        closeServices();
        service.close();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Socket connect() throws IOException {
        return connect(relayPort);
    }

    private static Socket connect(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private Socket accept() throws IOException {
        var accepted = service.accept();
        accepted.setSoTimeout(PATIENCE_MILLIS);
        return accepted;
    }

    @Test
    void passEveryByteBothWaysHoweverMuchItIs() throws Exception {
        long seed = new Random().nextLong();
        var there = new byte[7_000_000];
        var back = new byte[5_000_000];
        new Random(seed).nextBytes(there);
        new Random(~seed).nextBytes(back);

        try (var function = connect();
                var server = accept();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var _ = threads.submit(() -> write(function, there));
            var _ = threads.submit(() -> write(server, back));
            var arrived = threads.submit(() -> server.getInputStream().readNBytes(there.length));

            assertThat(function.getInputStream().readNBytes(back.length))
                    .as("seed %d", seed)
                    .isEqualTo(back);
            assertThat(arrived.get()).as("seed %d", seed).isEqualTo(there);
        }
    }

    @Test
    void passTheEndOfOneDirectionAndGoOnWithTheOther() throws Exception {
        try (var function = connect();
                var server = accept()) {
            write(function, "question".getBytes(StandardCharsets.UTF_8));
            function.shutdownOutput();

            assertThat(server.getInputStream().readAllBytes()).asString().isEqualTo("question");
            write(server, "answer".getBytes(StandardCharsets.UTF_8));
            server.shutdownOutput();
            assertThat(function.getInputStream().readAllBytes()).asString().isEqualTo("answer");
        }
    }

    /// More than fits into what is on its way: reading and writing both stop and go on again.
    @Test
    void passALongAnswerToAFunctionThatHasSentItsEnd() throws Exception {
        var answer = new byte[8_000_000];
        new Random(1).nextBytes(answer);
        try (var function = connect();
                var server = accept();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            write(function, "question".getBytes(StandardCharsets.UTF_8));
            function.shutdownOutput();
            assertThat(server.getInputStream().readAllBytes()).asString().isEqualTo("question");
            var _ = threads.submit(() -> {
                write(server, answer);
                server.shutdownOutput();
                return true;
            });

            assertThat(Arrays.equals(function.getInputStream().readAllBytes(), answer))
                    .isTrue();
        }
    }

    @Test
    void readNoFurtherThanTheOtherSideTakes() throws Exception {
        try (var function = connect();
                var server = accept()) {
            var stuck = new AtomicLong();
            var writer = Thread.ofVirtual().start(() -> {
                try {
                    for (var piece = new byte[16 << 10]; ; stuck.addAndGet(piece.length)) {
                        write(function, piece);
                    }
                } catch (IOException e) {
                    // The test is over.
                }
            });
            // It stands still when two looks, far apart for a loopback, see the same.
            for (long before = -1; stuck.get() == 0 || stuck.get() != before; ) {
                before = stuck.get();
                assertThat(writer.join(Duration.ofMillis(500))).isFalse();
            }

            assertThat(stuck.get()).isLessThan(16 << 20);
            assertThat(server.getInputStream().readNBytes(1 << 20)).hasSize(1 << 20);
        }
    }

    @Test
    void countWhatNobodyTakesAndReadLittleOnceThereIsNoRoom() throws Exception {
        int connections = 60;
        var memory = new MemoryBudget(new Bytes(512 << 10));
        closeServices();
        listen(new Relays(connections, Duration.ofMinutes(1), memory));
        var open = new ArrayList<Socket>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (int i = 0; i < connections; i++) {
                    var function = connect();
                    open.add(function);
                    open.add(accept());
                    var _ = threads.submit(() -> write(function, new byte[1 << 20]));
                }
                await(() -> memory.left() < memory.total().count() / 4);
                // It stands still when two looks, far apart for a loopback, see the same.
                for (long before = Long.MAX_VALUE; memory.left() != before; Thread.sleep(300)) {
                    before = memory.left();
                }

                assertThat(memory.left()).isGreaterThan(-connections * 3L * RelayMemory.LITTLE);
                for (int i = 1; i < open.size(); i += 2) {
                    assertThat(open.get(i).getInputStream().readNBytes(1 << 20)).hasSize(1 << 20);
                }
            } finally {
                for (var socket : open) {
                    socket.close();
                }
            }
        }
        await(() -> memory.left() == memory.total().count());
    }

    @Test
    void passEveryByteWhereThereIsNoRoom() throws Exception {
        var memory = new MemoryBudget(new Bytes(1));
        closeServices();
        listen(new Relays(100, Duration.ofMinutes(1), memory));
        passEveryByteBothWaysHoweverMuchItIs();
        passTheEndOfOneDirectionAndGoOnWithTheOther();

        await(() -> memory.left() == 1);
    }

    @Test
    void giveTheMemoryBackOfWhatIsNeverTaken() throws Exception {
        var memory = new MemoryBudget(Bytes.mebibytes(1));
        closeServices();
        listen(new Relays(100, Duration.ofMinutes(1), memory));
        var writer = Thread.ofVirtual();
        try (var function = connect();
                var _ = accept()) {
            var _ = writer.start(() -> {
                try {
                    write(function, new byte[16 << 20]);
                } catch (IOException e) {
                    // Cut off.
                }
            });
            await(() -> memory.left() < memory.total().count());

            closeServices();
        }

        await(() -> memory.left() == memory.total().count());
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMillis(PATIENCE_MILLIS).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).isNegative();
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Test
    void endWithTheEnvironment() throws Exception {
        try (var function = connect();
                var server = accept();
                var caller = connect(apiPort)) {
            entered.take();

            closeServices();

            assertThat(ended(function)).isTrue();
            assertThat(ended(server)).isTrue();
            assertThat(ended(caller)).isTrue();
            assertThat(refuses(relayPort)).isTrue();
            assertThat(refuses(apiPort)).isTrue();
        }
    }

    @Test
    void tellTheServiceThatTheFunctionHasGone() throws Exception {
        var function = connect();
        try (var server = accept()) {
            function.setSoLinger(true, 0);
            function.close();

            assertThat(ended(server)).isTrue();
        }
    }

    @Test
    void endWhatAFunctionWantsOfAServiceThatIsNotThere() throws Exception {
        service.close();

        try (var function = connect()) {
            assertThat(ended(function)).isTrue();
        }
    }

    @Test
    void endWhatNothingComesOn() throws Exception {
        closeServices();
        listen(new Relays(100, Duration.ofMillis(50), MemoryBudget.unlimited()));

        try (var function = connect();
                var server = accept()) {
            assertThat(ended(function)).isTrue();
            assertThat(ended(server)).isTrue();
        }
    }

    @Test
    void takeNoMoreConnectionsOfOneEnvironmentThanItMayHave() throws Exception {
        var open = new ArrayList<Socket>();
        try {
            // The two that listen count.
            for (int i = 0; i < EnvironmentServices.MOST_CONNECTIONS - 2; i++) {
                open.add(connect(apiPort));
                Objects.requireNonNull(entered.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
            }
            try (var tooMany = connect(apiPort)) {
                assertThat(ended(tooMany)).isTrue();
            }

            open.removeLast().close();
            boolean served = false;
            for (int i = 0; i < 1000 && !served; i++) {
                open.add(connect(apiPort));
                served = entered.poll(20, TimeUnit.MILLISECONDS) != null;
            }
            assertThat(served).isTrue();
        } finally {
            for (var socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void takeNoMoreConnectionsInAllThanThereMayBe() throws Exception {
        closeServices();
        listen(new Relays(1, Duration.ofMinutes(1), MemoryBudget.unlimited()));

        try (var first = connect();
                var _ = accept();
                var second = connect()) {
            assertThat(ended(second)).isTrue();
            write(first, new byte[1]);
        }
    }

    private static boolean write(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return true;
    }

    private static boolean ended(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            // A reset is an end as well.
            return true;
        }
    }

    private static boolean refuses(int port) {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
