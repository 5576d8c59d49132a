package hearth.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.link.certificates.MemberCertificate;
import hearth.link.message.FunctionKey;
import hearth.link.message.MemberAddress;
import hearth.link.wire.LinkTiming;
import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.memory.MemoryBudget;
import hearth.model.worker.EnvironmentEvent.Ready;
import hearth.model.worker.InvocationProgress.Piece;
import hearth.model.worker.MemberId;
import hearth.model.worker.WorkerCommand;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A worker and two members of its cluster, over TCP with TLS on the loopback.
class FrontLinksTest {
    private static final EventLoopGroup LOOPS = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
    /// Nothing is taken for dead while a machine is slow.
    private static final LinkTiming CALM = new LinkTiming(Duration.ofMillis(100), 600, Duration.ofSeconds(60));

    private static final MemberId FIRST = new MemberId("host1");
    private static final MemberId SECOND = new MemberId("host3");

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<CodeDigest, byte[]> firstPackages = new ConcurrentHashMap<>();
    private final Map<CodeDigest, byte[]> secondPackages = new ConcurrentHashMap<>();
    private final FakeWorker worker = new FakeWorker();
    private FakeFrontend first;
    private FakeFrontend second;

    @BeforeEach
    void begin() throws IOException {
        first = frontend(Certificates.FRONT, 0, firstPackages);
        second = frontend(Certificates.SECOND_FRONT, 0, secondPackages);
    }

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

    private FakeFrontend frontend(MemberCertificate certificate, int port, Map<CodeDigest, byte[]> packages)
            throws IOException {
        var shelf = new PackageShelf() {
            @Override
            public InputStream open(CodeDigest digest) throws IOException {
                return new ByteArrayInputStream(bytes(digest));
            }

            @Override
            public CodeDigest content(CodeDigest digest) throws IOException {
                return Samples.digest(bytes(digest).length);
            }

            private byte[] bytes(CodeDigest digest) throws FileNotFoundException {
                var found = packages.get(digest);
                if (found == null) {
                    throw new FileNotFoundException("there is no package " + digest.hex());
                }
                return found;
            }
        };
        return kept(new FakeFrontend(certificate, port, LOOPS, CALM, MemoryBudget.unlimited(), shelf));
    }

    private FrontLinks links(Optional<MemberId> own, Integer... ports) {
        var links = kept(new FrontLinks(
                List.of(ports).stream()
                        .map(port -> new FrontLinks.Address("127.0.0.1", port))
                        .toList(),
                own,
                LOOPS,
                Certificates.WORKER,
                CALM,
                "a",
                Samples.CAPACITY,
                new MemoryBudget(Bytes.mebibytes(32)),
                threads,
                new Random()));
        links.begin(worker);
        return links;
    }

    private FrontLinks joinedBoth() {
        var links = links(Optional.empty(), first.port(), second.port());
        Await.until(() -> links.members() == 2 && first.link != null && second.link != null);
        return links;
    }

    private static MemberAddress address(MemberId member, int port) {
        return new MemberAddress(member, "127.0.0.1", port);
    }

    private void tell(FakeFrontend by, MemberAddress... members) {
        by.members.clear();
        by.members.addAll(List.of(members));
        by.listener.membersChanged();
    }

    @Test
    void takesCommandsOfEachAndTellsEachWhatIsForIt() {
        var _ = joinedBoth();
        first.worker().send(Samples.start(1));
        second.worker().send(Samples.start(2));
        Await.until(() -> worker.commands.size() == 2);

        worker.tells(FIRST, new Ready(Samples.environment(1)));
        worker.tells(SECOND, new Ready(Samples.environment(2)));

        Await.until(() -> !first.events.isEmpty() && !second.events.isEmpty());
        assertThat(first.events).containsExactly(new Ready(Samples.environment(1)));
        assertThat(second.events).containsExactly(new Ready(Samples.environment(2)));
    }

    @Test
    void connectsToThoseItIsToldOf() {
        first.members.add(address(FIRST, first.port()));
        first.members.add(address(SECOND, second.port()));

        var links = links(Optional.empty(), first.port());

        Await.until(() -> links.members() == 2);
        assertThat(worker.members()).containsExactlyInAnyOrder(FIRST, SECOND);
    }

    @Test
    void connectsToOneThatComesLaterAndForgetsOneThatHasLeft() {
        var links = links(Optional.empty(), first.port());
        Await.until(() -> links.members() == 1);

        tell(first, address(FIRST, first.port()), address(SECOND, second.port()));
        Await.until(() -> links.members() == 2);
        second.close();
        Await.until(() -> links.members() == 1);
        assertThat(worker.members()).contains(SECOND);
        tell(first, address(FIRST, first.port()));

        Await.until(() -> worker.members().equals(Set.of(FIRST)));
    }

    @Test
    void neverForgetsTheAddressesThatItWasGiven() throws Exception {
        var links = joinedBoth();
        int port = second.port();
        tell(first, address(FIRST, first.port()));
        second.close();
        Await.until(() -> links.members() == 1);

        second = frontend(Certificates.SECOND_FRONT, port, secondPackages);

        Await.until(() -> links.members() == 2);
    }

    @Test
    void staysConnectedWithOneThatOthersDoNotNameAnyMore() {
        var links = links(Optional.empty(), first.port());
        Await.until(() -> first.link != null);
        tell(first, address(SECOND, second.port()));
        Await.until(() -> links.members() == 2);

        tell(first, address(FIRST, first.port()));
        second.worker().send(Samples.start(1));

        Await.until(() -> !worker.commands.isEmpty());
        assertThat(links.members()).isEqualTo(2);
    }

    @Test
    void isConnectedOnceWithAMemberThatHasTwoAddresses() throws Exception {
        var other = kept(new Wire(first.port()));
        var links = links(Optional.empty(), first.port(), other.port(), second.port());
        Await.until(() -> links.members() == 2);
        int port = first.port();
        first.close();
        Await.until(() -> links.members() == 1);

        first = frontend(Certificates.FRONT, port, firstPackages);

        Await.until(() -> links.members() == 2 && first.link != null);
        assertThat(first.arrivals).hasSize(1);
        assertThat(second.arrivals).containsExactly("joined host2 of zone a");
    }

    @Test
    void losesOneWithoutTouchingTheOther() throws Exception {
        var wire = kept(new Wire(first.port()));
        var links = links(Optional.empty(), wire.port(), second.port());
        Await.until(() -> links.members() == 2 && second.link != null);
        worker.tells(FIRST, new Piece("request-1", Samples.reservation(1), 1, new byte[10]));
        worker.tells(SECOND, new Piece("request-2", Samples.reservation(2), 1, new byte[10]));
        Await.until(() -> !first.events.isEmpty() && !second.events.isEmpty());

        wire.cut();

        Await.until(() -> first.arrivals.size() == 3);
        Await.until(() -> !worker.commands.isEmpty());
        assertThat(worker.commands).containsExactly(new WorkerCommand.Credit(Samples.environment(1), "request-1", 1));
        assertThat(second.arrivals).containsExactly("joined host2 of zone a");
        assertThat(links.obstacle()).isEmpty();
        Await.until(() -> links.members() == 2);
    }

    @Test
    void tellsEachOfTheKeys() {
        var links = links(Optional.empty(), first.port());
        Await.until(() -> links.members() == 1);
        links.keyMade(key("early"));
        tell(first, address(SECOND, second.port()));
        Await.until(() -> links.members() == 2);

        links.keyMade(key("late"));

        Await.until(() -> first.keys.equals(Set.of("early", "late")) && second.keys.equals(first.keys));
        links.keyEnded("early");
        Await.until(() -> first.keys.equals(Set.of("late")) && second.keys.equals(first.keys));
        assertThat(links.apis()).hasSize(2);
    }

    private static FunctionKey key(String id) {
        return new FunctionKey(id, "secret", "token", new AccountId("000000000000"), Instant.EPOCH, "role", "mail");
    }

    @Test
    void hasPackagesFromWhicheverMemberHasThem() throws Exception {
        var links = joinedBoth();
        firstPackages.put(Samples.digest(1), new byte[] {1});
        secondPackages.put(Samples.digest(2), new byte[] {2, 2});

        for (int i = 0; i < 4; i++) {
            try (var in = links.packages().open(Samples.digest(1))) {
                assertThat(in.readAllBytes()).hasSize(1);
            }
            assertThat(links.packages().content(Samples.digest(2))).isEqualTo(Samples.digest(2));
        }
        assertThatThrownBy(() -> links.packages().open(Samples.digest(3))).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void goesOnWithAPackageWhenTheMemberIsLostInTheMiddleOfIt() throws Exception {
        var wires = List.of(kept(new Wire(first.port())), kept(new Wire(second.port())));
        var links = links(Optional.empty(), wires.get(0).port(), wires.get(1).port());
        Await.until(() -> links.members() == 2);
        var zip = new byte[5_000_000];
        new Random(5).nextBytes(zip);
        firstPackages.put(Samples.digest(1), zip);
        secondPackages.put(Samples.digest(1), zip);

        for (var wire : wires) {
            try (var in = links.packages().open(Samples.digest(1))) {
                var read = new byte[zip.length];
                assertThat(in.readNBytes(read, 0, 1_000_000)).isEqualTo(1_000_000);
                wire.cut();
                assertThat(in.readNBytes(read, 1_000_000, zip.length - 1_000_000))
                        .isEqualTo(zip.length - 1_000_000);
                assertThat(read).isEqualTo(zip);
            }
            Await.until(() -> links.members() == 2);
        }
    }

    @Test
    void leavesAll() throws Exception {
        var links = joinedBoth();

        links.leave(Duration.ZERO);

        Await.until(() -> first.arrivals.contains("leaves host2") && second.arrivals.contains("leaves host2"));
    }

    /// As in the process of a member, whose own commands come by a call.
    @Test
    void isConnectedToAllMembersButItsOwn() {
        var links = links(Optional.of(FIRST));
        assertThat(links.obstacle()).isPresent();

        links.told(List.of(address(FIRST, first.port()), address(SECOND, second.port())));

        Await.until(() -> links.members() == 1 && second.link != null);
        assertThat(worker.members()).containsExactly(SECOND);
        assertThat(first.arrivals).isEmpty();
    }
}
