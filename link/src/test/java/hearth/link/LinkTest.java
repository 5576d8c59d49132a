package hearth.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.link.certificates.MemberCertificate;
import hearth.link.message.FunctionKey;
import hearth.link.message.Hello;
import hearth.link.message.Versions;
import hearth.link.wire.LinkTiming;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.EnvironmentEvent.Ready;
import hearth.model.worker.EnvironmentEvent.StartRefused;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.InvocationProgress.Piece;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerCommand.Invoke;
import hearth.model.worker.WorkerId;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A frontend and a worker over TCP with TLS on the loopback.
class LinkTest {
    private static final EventLoopGroup LOOPS = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());

    /// Nothing is taken for dead while a machine is slow.
    private static final LinkTiming CALM = new LinkTiming(Duration.ofMillis(100), 600, Duration.ofSeconds(60));

    private static final LinkTiming QUICK = new LinkTiming(Duration.ofMillis(50), 6, Duration.ofSeconds(60));
    private static final int LARGE = 6 << 20;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<CodeDigest, byte[]> packages = new ConcurrentHashMap<>();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final MemoryBudget frontMemory = new MemoryBudget(Bytes.mebibytes(128));
    private final MemoryBudget workerMemory = new MemoryBudget(Bytes.mebibytes(32));
    private final FakeWorker worker = new FakeWorker();

    @AfterEach
    void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
        threads.close();
    }

    @AfterAll
    static void stopLoops() {
        LOOPS.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private FakeFrontend frontend(LinkTiming timing) throws IOException {
        var shelf = new PackageShelf() {
            @Override
            public InputStream open(CodeDigest digest) throws IOException {
                return new ByteArrayInputStream(bytes(digest));
            }

            @Override
            public CodeDigest content(CodeDigest digest) throws IOException {
                var _ = bytes(digest);
                return Samples.digest(7);
            }

            private byte[] bytes(CodeDigest digest) throws FileNotFoundException {
                var found = packages.get(digest);
                if (found == null) {
                    throw new FileNotFoundException("there is no package " + digest.hex());
                }
                return found;
            }
        };
        return kept(new FakeFrontend(LOOPS, timing, frontMemory, shelf));
    }

    private FrontLinks link(int port, LinkTiming timing) {
        return link(port, timing, Certificates.WORKER);
    }

    /// One that has joined, as both sides know.
    private FrontLinks joined(FakeFrontend frontend, int port, LinkTiming timing) {
        var link = link(port, timing);
        Await.until(() -> frontend.link != null && link.obstacle().isEmpty());
        return link;
    }

    private FrontLinks link(int port, LinkTiming timing, MemberCertificate certificate) {
        var link = kept(new FrontLinks(
                List.of(new FrontLinks.Address("127.0.0.1", port)),
                Optional.empty(),
                LOOPS,
                certificate,
                timing,
                "a",
                Samples.CAPACITY,
                workerMemory,
                threads,
                new Random()));
        link.begin(worker);
        return link;
    }

    private <T extends AutoCloseable> T kept(T part) {
        parts.push(part);
        return part;
    }

    private Wire wire(FakeFrontend frontend) throws IOException {
        return kept(new Wire(frontend.port()));
    }

    private static Ended answer(WorkerCommand command, byte[] payload) {
        var invoke = (Invoke) command;
        return new Ended(
                invoke.invocation().requestId(), invoke.reservation(), new Answered(payload, "application/json", null));
    }

    // ---- What passes

    @Test
    void carriesCommandsOneWayAndEventsTheOther() throws Exception {
        var frontend = frontend(CALM);
        var link = joined(frontend, frontend.port(), CALM);
        var start = Samples.start(1);
        worker.reaction = _ -> worker.tells(new Ready(Samples.environment(1)));

        frontend.worker().send(start);

        Await.until(() -> !frontend.events.isEmpty());
        assertThat(frontend.arrivals).containsExactly("joined host2 of zone a");
        assertThat(worker.commands).containsExactly(start);
        assertThat(frontend.events).containsExactly(new Ready(Samples.environment(1)));
        assertThat(link.obstacle()).isEmpty();
    }

    @Test
    void saysAtOnceWhatAWorkerHadToReportBeforeItJoined() throws Exception {
        var frontend = frontend(CALM);
        worker.report = Samples.report(5);

        var _ = link(frontend.port(), CALM);

        Await.until(() -> !frontend.reports.isEmpty());
        assertThat(frontend.reports).containsExactly(Samples.report(5));
    }

    @Test
    void bringsASmallEventAtOnceWhileLargeOnesAreOnTheirWay() throws Exception {
        var frontend = frontend(CALM);
        var _ = link(frontend.port(), CALM);
        var toWorker = frontend.worker();
        for (int i = 1; i <= 8; i++) {
            toWorker.send(Samples.invoke(i, LARGE));
        }

        toWorker.send(Samples.invoke(100, 10));

        Await.until(() -> worker.commands.stream()
                .anyMatch(one -> one instanceof Invoke(var _, var invocation) && invocation.payload().length == 10));
        assertThat(worker.commands).hasSizeLessThan(8);
    }

    /// More than the worker's memory for events, and than the frontend's for answers: they wait for each other.
    @Test
    void carriesMoreLargeEventsAndAnswersThanThereIsMemoryForAtOnce() throws Exception {
        var frontend = frontend(CALM);
        var _ = link(frontend.port(), CALM);
        var random = new Random(3);
        var payload = new byte[LARGE];
        random.nextBytes(payload);
        worker.reaction = command -> worker.tells(answer(command, payload));
        var toWorker = frontend.worker();

        for (int i = 1; i <= 40; i++) {
            toWorker.send(Samples.invoke(i, LARGE));
        }

        Await.until(() -> frontend.events.size() == 40);
        assertThat(frontend.events).allSatisfy(event -> assertThat(((Answered) ((Ended) event).outcome()).payload())
                .isEqualTo(payload));
        Await.until(() -> frontMemory.left() == frontMemory.total().count()
                && workerMemory.left() == workerMemory.total().count());
    }

    @Test
    void countsAnEventAsTheWorkersMemoryUntilItIsAnswered() throws Exception {
        var frontend = frontend(CALM);
        var _ = joined(frontend, frontend.port(), CALM);
        var invoke = Samples.invoke(1, LARGE);
        frontend.worker().send(invoke);
        Await.until(() -> worker.commands.size() == 1);
        assertThat(workerMemory.total().count() - workerMemory.left()).isGreaterThanOrEqualTo(LARGE);

        worker.tells(answer(invoke, new byte[1]));

        Await.until(() -> workerMemory.left() == workerMemory.total().count());
    }

    // ---- Packages

    @Test
    void bringsPackagesPartByPart() throws Exception {
        var frontend = frontend(CALM);
        var link = joined(frontend, frontend.port(), CALM);
        var zip = new byte[5_000_000];
        new Random(5).nextBytes(zip);
        packages.put(Samples.digest(1), zip);
        packages.put(Samples.digest(2), new byte[0]);

        for (int i = 0; i < 3; i++) {
            try (var in = link.packages().open(Samples.digest(1))) {
                assertThat(in.readAllBytes()).isEqualTo(zip);
            }
        }
        try (var in = link.packages().open(Samples.digest(1))) {
            assertThat(in.readNBytes(100)).hasSize(100);
        }
        try (var in = link.packages().open(Samples.digest(2))) {
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(link.packages().content(Samples.digest(1))).isEqualTo(Samples.digest(7));
        Await.until(() -> frontMemory.left() == frontMemory.total().count());
    }

    @Test
    void saysWhyAPackageCannotBeHad() throws Exception {
        var frontend = frontend(CALM);
        var wire = wire(frontend);
        var link = link(wire.port(), CALM);
        assertThatThrownBy(() -> {
                    Await.until(() -> link.obstacle().isEmpty());
                    var _ = link.packages().open(Samples.digest(9));
                })
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("no package");
        packages.put(Samples.digest(1), new byte[5_000_000]);

        try (var in = link.packages().open(Samples.digest(1))) {
            wire.close();
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("connection to the frontend was lost");
        }
        Await.until(() -> link.obstacle().isPresent());
        assertThatThrownBy(() -> link.packages().open(Samples.digest(1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not connected");
    }

    // ---- Keys

    @Test
    void tellsOfTheKeysOfItsFunctionsAgainWheneverItJoins() throws Exception {
        var frontend = frontend(CALM);
        var wire = wire(frontend);
        var link = joined(frontend, wire.port(), CALM);
        link.keyMade(key("first"));
        Await.until(() -> frontend.keys.contains("first"));
        assertThat(link.apis()).singleElement().satisfies(api -> assertThat(api.getPort())
                .isEqualTo(9000));

        frontend.keys.clear();
        wire.cut();

        Await.until(() -> frontend.arrivals.contains("lost host2") && frontend.keys.contains("first"));
        link.keyMade(key("second"));
        link.keyEnded("first");
        Await.until(() -> frontend.keys.equals(Set.of("second")));
    }

    private static FunctionKey key(String id) {
        return new FunctionKey(id, "secret", "token", new AccountId("000000000000"), Instant.EPOCH, "role", "mail");
    }

    // ---- Lost connections

    @Test
    void comesBackAfterAConnectionWasCut() throws Exception {
        var frontend = frontend(CALM);
        var wire = wire(frontend);
        var _ = link(wire.port(), CALM);
        var before = frontend.worker();

        wire.cut();

        Await.until(() -> frontend.arrivals.size() == 3);
        assertThat(frontend.arrivals)
                .containsExactly("joined host2 of zone a", "lost host2", "came back host2 of zone a");
        var start = Samples.start(2);
        frontend.worker().send(start);
        Await.until(() -> worker.commands.contains(start));
        // What goes by the old way certainly does not come.
        before.send(Samples.invoke(1, 10));
        before.send(Samples.start(1));
        Await.until(() -> frontend.events.size() == 2);
        assertThat(((Ended) frontend.events.getFirst()).outcome()).isInstanceOf(Refused.class);
        assertThat(frontend.events.getLast()).isInstanceOf(StartRefused.class);
        assertThat(worker.commands).containsExactly(start);
    }

    @Test
    void saysOfWhatWasNotSentWholeThatItWasRefused() throws Exception {
        var frontend = frontend(CALM);
        var wire = wire(frontend);
        var _ = link(wire.port(), CALM);
        var toWorker = frontend.worker();
        wire.swallow(true);
        toWorker.send(Samples.invoke(1, LARGE));

        wire.close();

        Await.until(() -> !frontend.events.isEmpty());
        assertThat(((Ended) frontend.events.getFirst()).outcome()).isInstanceOf(Refused.class);
        Await.until(() -> frontend.arrivals.contains("lost host2"));
        assertThat(worker.commands).isEmpty();
    }

    @Test
    void noticesThatTheOtherSideIsDeadWithoutAWordOfIt() throws Exception {
        var frontend = frontend(QUICK);
        var wire = wire(frontend);
        var link = joined(frontend, wire.port(), QUICK);
        long begin = System.nanoTime();

        wire.swallow(true);

        Await.until(() ->
                frontend.arrivals.contains("lost host2") && link.obstacle().isPresent());
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(200));
    }

    @Test
    void isDeadWithinThreeSecondsWhereNothingElseIsSaid() {
        var timing = LinkTiming.DEFAULT;

        assertThat(timing.tick().multipliedBy(timing.silence())).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void keepsAnIdleConnection() throws Exception {
        var frontend = frontend(QUICK);
        var link = joined(frontend, frontend.port(), QUICK);
        long begin = System.nanoTime();

        Await.until(() -> System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(700));

        assertThat(frontend.arrivals).containsExactly("joined host2 of zone a");
        assertThat(link.obstacle()).isEmpty();
    }

    @Test
    void givesUpAPeerThatLivesButReadsNothing() throws Exception {
        var frontend = frontend(QUICK);
        var peer = peer(frontend, hello(Versions.OURS, "host2"), false);
        peer.welcomed.get(1, TimeUnit.MINUTES);
        var toWorker = frontend.worker();

        for (int i = 0; i < 1_000; i++) {
            toWorker.send(Samples.invoke(i, 60 << 10));
        }

        Await.until(() -> frontend.arrivals.contains("lost host2"));
        Await.until(() -> frontMemory.left() == frontMemory.total().count());
        assertThat(frontend.events).isNotEmpty().allSatisfy(event -> assertThat(((Ended) event).outcome())
                .isInstanceOf(Refused.class));
    }

    @Test
    void letsNoFunctionWaitForACallerWhoCannotBeReached() throws Exception {
        var frontend = frontend(CALM);
        var wire = wire(frontend);
        var link = joined(frontend, wire.port(), CALM);
        var first = new Piece("request-1", Samples.reservation(1), 1, new byte[10]);
        worker.tells(first);
        Await.until(() -> frontend.events.size() == 1);

        wire.close();
        Await.until(() -> link.obstacle().isPresent() && !worker.commands.isEmpty());
        worker.tells(new Piece("request-2", Samples.reservation(2), 3, new byte[10]));

        assertThat(worker.commands)
                .containsExactly(
                        new WorkerCommand.Credit(Samples.environment(1), "request-1", 1),
                        new WorkerCommand.Credit(Samples.environment(2), "request-2", 3));
    }

    @Test
    void leavesWhenWhatRunsHasEnded() throws Exception {
        var frontend = frontend(CALM);
        var link = joined(frontend, frontend.port(), CALM);
        var invoke = Samples.invoke(1, 10);
        frontend.worker().send(invoke);
        Await.until(() -> worker.commands.size() == 1);

        var leaving = threads.submit(() -> link.leave(Duration.ofMinutes(1)));
        Await.until(() -> frontend.arrivals.contains("leaves host2"));
        assertThat(leaving.isDone()).isFalse();
        worker.tells(answer(invoke, new byte[LARGE]));
        leaving.get();
        link.close();

        Await.until(() -> frontend.arrivals.contains("lost host2"));
        assertThat(frontend.events).hasSize(1);
    }

    /// What is on its way when a worker says that it leaves comes to its end there, and nothing begins after it.
    @Test
    void losesNothingThatIsSentWhileItLeaves() throws Exception {
        for (int round = 0; round < 30; round++) {
            var frontend = frontend(CALM);
            var link = joined(frontend, frontend.port(), CALM);
            worker.reaction = command -> {
                if (command instanceof Invoke invoke) {
                    worker.tells(answer(invoke, new byte[10]));
                }
            };
            var remote = frontend.worker();
            var sent = new AtomicInteger();
            var over = new AtomicBoolean();
            var sending = threads.submit(() -> {
                while (!over.get()) {
                    if (sent.get() - frontend.events.size() < 16) {
                        remote.send(Samples.invoke(sent.incrementAndGet(), 10));
                    }
                }
            });
            Await.until(() -> !frontend.events.isEmpty());

            link.leave(Duration.ofMinutes(1));
            link.close();
            Await.until(() -> frontend.arrivals.contains("lost host2"));
            over.set(true);
            sending.get();

            Await.until(() -> frontend.events.size() >= sent.get());
            assertThat(frontend.events)
                    .hasSize(sent.get())
                    .allMatch(event -> event instanceof Ended ended
                            && (ended.outcome() instanceof Answered || ended.outcome() instanceof Refused));
            frontend.close();
        }
    }

    @Test
    void triesLaterAndLaterWhereConnectionsEndAtOnce() throws Exception {
        var frontend = frontend(CALM);
        var wire = kept(new Wire(frontend.port()));
        var link = link(wire.port(), CALM);

        long first = 0;
        for (int joined = 1; joined <= 6; joined++) {
            int wanted = joined;
            Await.until(() -> frontend.arrivals.stream()
                                    .filter(arrival -> !arrival.startsWith("lost"))
                                    .count()
                            >= wanted
                    && link.obstacle().isEmpty());
            first = joined == 1 ? System.nanoTime() : first;
            wire.cut();
            Await.until(() -> link.obstacle().isPresent());
        }

        // Half of 50, 100, 200, 400 and 800 ms at least.
        assertThat(Duration.ofNanos(System.nanoTime() - first)).isGreaterThan(Duration.ofMillis(750));
    }

    @Test
    void waitsForNoDismissalOfAMemberThatIsLost() throws Exception {
        var frontend = frontend(CALM);
        var wire = kept(new Wire(frontend.port()));
        var link = joined(frontend, wire.port(), CALM);
        wire.swallow(true);

        var leaving = threads.submit(() -> link.leave(Duration.ofHours(1)));
        wire.close();

        leaving.get();
    }

    // ---- Who may join

    private static Hello hello(Versions versions, String name) {
        return new Hello(versions, "cluster-1", new WorkerId(name), 1, "a", Samples.CAPACITY);
    }

    private RawPeer peer(FakeFrontend frontend, Hello hello, boolean reads) {
        var tls = Certificates.WORKER.connecting("127.0.0.1", frontend.port());
        // One that reads nothing is not to think that nobody speaks.
        return kept(new RawPeer(LOOPS, frontend.port(), tls, reads ? QUICK : CALM, hello, reads));
    }

    private static String end(RawPeer peer) throws Exception {
        return peer.ended.get(1, TimeUnit.MINUTES);
    }

    @Test
    void refusesAForeignCertificateAndNone() throws Exception {
        var frontend = frontend(CALM);
        var foreign = Certificates.FOREIGN_WORKER.connecting("127.0.0.1", frontend.port());
        var none = SslContextBuilder.forClient()
                .trustManager(
                        Certificates.FOLDER.resolve("ours/host2/authority.pem").toFile())
                .protocols("TLSv1.3")
                .build()
                .newHandler(ByteBufAllocator.DEFAULT, "127.0.0.1", frontend.port());
        for (var tls : new SslHandler[] {foreign, none}) {
            var peer = kept(new RawPeer(LOOPS, frontend.port(), tls, QUICK, hello(Versions.OURS, "host2"), true));

            assertThat(end(peer)).isNotEmpty();
            assertThat(peer.welcomed).isNotDone();
        }
        assertThat(frontend.arrivals).isEmpty();

        var _ = link(frontend.port(), CALM);
        Await.until(() -> !frontend.arrivals.isEmpty());
    }

    @Test
    void joinsNobodyWhoseCertificateIsForeignOrOfAnotherHost() throws Exception {
        var frontend = frontend(CALM);
        var link = link(frontend.port(), CALM, Certificates.FOREIGN_WORKER);

        Await.until(() -> link.obstacle().orElse("").contains("secure connection"));
        var named = Certificates.WORKER.connecting("front.example.com", frontend.port());
        var wrong = Certificates.WORKER.connecting("other.example.com", frontend.port());
        var good = kept(new RawPeer(LOOPS, frontend.port(), named, QUICK, hello(Versions.OURS, "host2"), true));
        var bad = kept(new RawPeer(LOOPS, frontend.port(), wrong, QUICK, hello(Versions.OURS, "host2"), true));
        assertThat(good.welcomed.get(1, TimeUnit.MINUTES)).isEqualTo(Versions.OURS.newest());
        assertThat(end(bad)).contains("other.example.com");
    }

    @Test
    void saysOnBothSidesThatNoVersionIsCommon() throws Exception {
        var frontend = frontend(CALM);

        var peer = peer(frontend, hello(new Versions(5, 6), "host2"), true);

        assertThat(end(peer)).contains("it speaks versions 5 to 6", "this server versions 2 to 4");
        assertThat(frontend.arrivals).isEmpty();
    }

    @Test
    void speaksTheNewestVersionThatBothKnow() throws Exception {
        var frontend = frontend(CALM);

        assertThat(peer(frontend, hello(new Versions(1, 7), "host2"), true)
                        .welcomed
                        .get(1, TimeUnit.MINUTES))
                .isEqualTo(Versions.OURS.newest());
    }

    @Test
    void refusesWorkersThatAreNotWhoTheySay() throws Exception {
        var frontend = frontend(CALM);

        assertThat(end(peer(frontend, hello(Versions.OURS, "host3"), true))).contains("its certificate is of host2");
        assertThat(end(peer(
                        frontend,
                        new Hello(Versions.OURS, "cluster-9", Samples.WORKER, 1, "", Samples.CAPACITY),
                        true)))
                .contains("cluster-9");
        assertThat(frontend.arrivals).isEmpty();
    }

    @Test
    void refusesAnotherProcessOfTheSameNameWhileTheFirstIsThere() throws Exception {
        var frontend = frontend(CALM);
        var first = joined(frontend, frontend.port(), CALM);

        assertThat(end(peer(frontend, hello(Versions.OURS, "host2"), true)))
                .contains("there is a worker host2 already");
        assertThat(first.obstacle()).isEmpty();

        first.close();
        Await.until(() -> frontend.arrivals.contains("lost host2"));
        Await.until(() -> {
            var second = peer(frontend, hello(Versions.OURS, "host2"), true);
            Await.until(() -> second.welcomed.isDone() || second.ended.isDone());
            return second.welcomed.isDone();
        });
        Await.until(() -> frontend.arrivals.getLast().equals("joined host2 of zone a"));
    }

    @Test
    void endsAConnectionOfWhichNothingCanBeMadeAndNothingElse() throws Exception {
        long seed = Long.getLong("hearth.seed", System.nanoTime());
        var random = new Random(seed);
        var frontend = frontend(CALM);
        for (int i = 0; i < 30; i++) {
            var peer = peer(frontend, hello(Versions.OURS, "host2"), true);
            Await.until(() -> peer.welcomed.isDone() || peer.ended.isDone());
            if (peer.welcomed.isDone()) {
                var bytes = new byte[5 + random.nextInt(100)];
                random.nextBytes(bytes);
                if (random.nextBoolean()) {
                    // A frame as it should be, of anything.
                    bytes[0] = bytes[1] = bytes[2] = 0;
                    bytes[3] = (byte) (bytes.length - 4);
                }
                peer.write(Unpooled.wrappedBuffer(bytes));
                peer.write(Unpooled.wrappedBuffer(new byte[] {-1, -1, -1, -1}));
                assertThat(end(peer)).as("seed " + seed).isNotEmpty();
            }
        }
        try (var plain = new Socket(InetAddress.getLoopbackAddress(), frontend.port())) {
            plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(plain.getInputStream().readAllBytes().length).isLessThan(100);
        }

        var _ = link(frontend.port(), CALM);
        Await.until(() -> frontend.link != null);
        Await.until(() -> frontMemory.left() == frontMemory.total().count());
    }
}
