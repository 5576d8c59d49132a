package hearth.link;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.link.message.Message.Command;
import hearth.link.message.Version2;
import hearth.link.message.Versions;
import hearth.link.wire.LinkTiming;
import hearth.model.AccountId;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.EnvironmentEvent.Ready;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.MemberId;
import hearth.model.worker.Report;
import hearth.model.worker.ShardEvent.Superseded;
import hearth.model.worker.ShardEvent.TakenUp;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A process of this release with one of the release before, which speaks version 2 alone, and with others that
/// it has no version in common with.
class NeighbouringReleasesTest {
    private static final EventLoopGroup LOOPS = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    private static final LinkTiming CALM = new LinkTiming(Duration.ofMillis(100), 600, Duration.ofSeconds(60));
    private static final Versions BEFORE = new Versions(2, 2);

    /// The kind of a frame that has a whole message.
    private static final int WHOLE = 4;

    /// The kind of a frame by which a worker says that it is about to stop.
    private static final int LEAVE = 9;

    private static final PackageShelf NO_PACKAGES = new PackageShelf() {
        @Override
        public InputStream open(CodeDigest digest) throws IOException {
            throw new FileNotFoundException(digest.hex());
        }

        @Override
        public CodeDigest content(CodeDigest digest) throws IOException {
            throw new FileNotFoundException(digest.hex());
        }
    };

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
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

    private <T extends AutoCloseable> T kept(T part) {
        parts.push(part);
        return part;
    }

    private FakeFrontend frontend(Versions speaks) throws IOException {
        return kept(
                new FakeFrontend(Certificates.FRONT, 0, LOOPS, CALM, MemoryBudget.unlimited(), NO_PACKAGES, speaks));
    }

    private FrontLinks link(FakeFrontend frontend, Versions speaks) {
        var link = kept(new FrontLinks(
                List.of(new FrontLinks.Address("127.0.0.1", frontend.port())),
                Optional.empty(),
                LOOPS,
                Certificates.WORKER,
                CALM,
                "a",
                Samples.CAPACITY,
                MemoryBudget.unlimited(),
                threads,
                new Random(),
                speaks));
        link.begin(worker);
        return link;
    }

    /// A worker of the release before: what it says are bytes that were recorded of one.
    private RawPeer workerOfBefore(FakeFrontend frontend) throws Exception {
        var tls = Certificates.WORKER.connecting("127.0.0.1", frontend.port());
        var peer = kept(new RawPeer(LOOPS, frontend.port(), tls, CALM, Version2.hello(), true));
        assertThat(peer.welcomed.get(1, TimeUnit.MINUTES)).isEqualTo(2);
        return peer;
    }

    private static ByteBuf recorded(String name) {
        var bytes = Version2.recorded(name);
        return Unpooled.wrappedBuffer(
                Unpooled.buffer().writeInt(1 + bytes.length).writeByte(WHOLE), Unpooled.wrappedBuffer(bytes));
    }

    /// As it tells of whatever runs.
    private static Report report() {
        var function = new FunctionId(new AccountId("000000000000"), new Region("us-east-1"), "mail");
        return new Report(
                5,
                Samples.CAPACITY,
                Report.Taken.NOTHING,
                true,
                true,
                List.of(),
                true,
                List.of(new Report.Sent(new MemberId("host1"), false, function, 2)));
    }

    // ---- A frontend of this release

    @Test
    void aWorkerOfTheReleaseBeforeStartsInvokesAndReports() throws Exception {
        var frontend = frontend(Versions.OURS);
        var peer = workerOfBefore(frontend);

        frontend.worker().send(Samples.start(1));
        frontend.worker().send(Samples.invoke(1, 5));
        for (var said : List.of("ready", "answered", "report")) {
            peer.write(recorded(said));
        }

        Await.until(() -> frontend.events.size() == 2 && !frontend.reports.isEmpty());
        assertThat(frontend.events.getFirst()).isEqualTo(new Ready(Samples.environment(1)));
        assertThat(((Ended) frontend.events.getLast()).outcome()).isInstanceOf(Answered.class);
        assertThat(frontend.reports.getFirst().number()).isEqualTo(9);
        // Who sent what runs it does not know, rather than that nothing does.
        assertThat(frontend.reports.getFirst().tellsSent()).isFalse();
        Await.until(() -> peer.received.size() == 2);
        assertThat(peer.received)
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(new Command(Samples.start(1)), new Command(Samples.invoke(1, 5)));
        assertThat(peer.ended).isNotDone();
    }

    @Test
    void aWorkerOfTheReleaseBeforeHandsOverShards() throws Exception {
        var frontend = frontend(Versions.OURS);
        var peer = workerOfBefore(frontend);

        frontend.worker().send(new WorkerCommand.TakeUp(new ShardId(5), 7));
        Await.until(() -> !peer.received.isEmpty());
        peer.write(recorded("taken-up"));
        peer.write(recorded("superseded"));

        Await.until(() -> frontend.events.size() == 2);
        assertThat(peer.received).containsExactly(new Command(new WorkerCommand.TakeUp(new ShardId(5), 7)));
        assertThat(((TakenUp) frontend.events.getFirst()).environments()).hasSize(1);
        assertThat(frontend.events.getLast()).isEqualTo(new Superseded(new ShardId(5), 8));
    }

    // ---- A worker of this release

    @Test
    void aFrontendOfTheReleaseBeforeIsToldWhatItKnows() throws Exception {
        var frontend = frontend(BEFORE);
        worker.report = report();
        worker.reaction = command -> {
            if (command instanceof WorkerCommand.Invoke(var reservation, var invocation)) {
                var answer = new Answered(invocation.payload(), "application/json", null);
                worker.tells(new Ended(invocation.requestId(), reservation, answer));
            } else if (command instanceof WorkerCommand.TakeUp(var shard, var epoch)) {
                worker.tells(new TakenUp(shard, epoch, List.of()));
            }
        };

        var link = link(frontend, Versions.OURS);

        Await.until(() -> !frontend.reports.isEmpty());
        assertThat(frontend.reports.getFirst())
                .isEqualTo(new Report(5, Samples.CAPACITY, Report.Taken.NOTHING, true, true, List.of()));
        frontend.worker().send(new WorkerCommand.TakeUp(new ShardId(5), 7));
        frontend.worker().send(Samples.invoke(1, 5));
        Await.until(() -> frontend.events.size() == 2);
        assertThat(frontend.events).contains(new TakenUp(new ShardId(5), 7, List.of()));
        assertThat(link.obstacle()).isEmpty();
    }

    @Test
    void oneOfTheSameReleaseIsToldWhoSentWhatRuns() throws Exception {
        var frontend = frontend(Versions.OURS);
        worker.report = report();

        var _ = link(frontend, Versions.OURS);

        Await.until(() -> !frontend.reports.isEmpty());
        assertThat(frontend.reports).containsExactly(report());
    }

    /// One after the other, as when a cluster is brought to another release and back.
    @Test
    void aWorkerSpeaksAnewWithEachConnection() throws Exception {
        var frontend = frontend(Versions.OURS);
        worker.report = report();
        var before = link(frontend, BEFORE);
        Await.until(() -> frontend.reports.size() == 1);
        before.close();
        Await.until(() -> frontend.arrivals.contains("lost host2"));

        var _ = link(frontend, Versions.OURS);

        Await.until(() -> frontend.reports.size() == 2);
        assertThat(frontend.reports).extracting(Report::tellsSent).containsExactly(false, true);
    }

    // ---- A worker that stops

    @Test
    void aWorkerOfTheReleaseBeforeHearsNoFrameThatItDoesNotKnow() throws Exception {
        var frontend = frontend(Versions.OURS);
        var peer = workerOfBefore(frontend);

        peer.write(Unpooled.buffer().writeInt(1).writeByte(LEAVE));
        Await.until(() -> frontend.arrivals.contains("leaves host2"));
        frontend.worker().send(new WorkerCommand.TakeUp(new ShardId(5), 7));

        Await.until(() -> !peer.received.isEmpty());
        assertThat(peer.dismissed).isNotDone();
        assertThat(peer.ended).isNotDone();
    }

    @Test
    void aWorkerWaitsForNoWordThatAFrontendOfTheReleaseBeforeDoesNotSay() throws Exception {
        var frontend = frontend(BEFORE);
        var link = link(frontend, Versions.OURS);
        Await.until(() -> link.obstacle().isEmpty());

        link.leave(Duration.ofHours(1));

        Await.until(() -> frontend.arrivals.contains("leaves host2"));
    }

    // ---- No common version

    @Test
    void whoIsTooNewOrTooOldIsRefusedWithTheVersionsOfBoth() throws Exception {
        var later = new Versions(5, 6);

        var newer = link(frontend(Versions.OURS), later);
        var older = link(frontend(later), Versions.OURS);

        Await.until(() -> newer.obstacle().orElse("").contains("versions"));
        Await.until(() -> older.obstacle().orElse("").contains("versions"));
        assertThat(newer.obstacle().orElseThrow())
                .contains("it speaks versions 5 to 6", "this server versions 2 to 4", "neighbouring");
        assertThat(older.obstacle().orElseThrow())
                .contains("it speaks versions 2 to 4", "this server versions 5 to 6", "neighbouring");
    }
}
