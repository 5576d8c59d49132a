package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.InvocationProgress.Ended;
import hearth.model.worker.MemberId;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Report.Sent;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.ShardEvent.Superseded;
import hearth.model.worker.ShardEvent.TakenUp;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerEvent;
import hearth.model.worker.WorkerEvents;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import hearth.worker.sandbox.SandboxKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/// One worker, and two members that share out the shards of its functions.
@TestInstance(Lifecycle.PER_CLASS)
final class SeveralMembersTest {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private Path folder;
    private TestWorker host;
    private FunctionVersion function;
    private ShardId shard;
    private long epoch;
    private Member first;
    private Member second;

    /// What a member hears, in the order of what is told of each thing.
    private static final class Member implements WorkerEvents {
        private final List<WorkerEvent> events = new CopyOnWriteArrayList<>();
        private volatile Report report =
                new Report(0, new WorkerCapacity(new Bytes(0), 0, 0), Report.Taken.NOTHING, false, false, List.of());
        private final WorkerLink link;

        Member(String name, LocalWorker worker) {
            link = worker.from(new MemberId(name), this);
        }

        @Override
        public void happened(WorkerId from, WorkerEvent event) {
            if (event instanceof Report told) {
                report = told;
            } else {
                events.add(event);
            }
        }

        void send(WorkerCommand command) {
            link.send(command);
        }

        void awaits(WorkerEvent event) throws Exception {
            Await.until(() -> events.contains(event));
        }

        InvocationOutcome outcome(Invocation of) throws Exception {
            Await.until(() -> ended(of).findFirst().isPresent());
            return ended(of).findFirst().orElseThrow().outcome();
        }

        private Stream<Ended> ended(Invocation of) {
            return events.stream()
                    .filter(Ended.class::isInstance)
                    .map(Ended.class::cast)
                    .filter(ended -> ended.requestId().equals(of.requestId()));
        }

        List<HeldEnvironment> takesUp(ShardId shard, long epoch) {
            send(new WorkerCommand.TakeUp(shard, epoch));
            return ((TakenUp) events.getLast()).environments();
        }
    }

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        folder = directory;
        host = new TestWorker(SandboxKind.PROCESS, directory);
        function = host.scripted("shared", Map.of());
        shard = ShardId.of(function.function());
    }

    @BeforeEach
    void join() {
        first = new Member("first", host.worker);
        second = new Member("second", host.worker);
        epoch += 10;
        assertThat(first.takesUp(shard, epoch)).isEmpty();
    }

    /// Ends what a test has left.
    @AfterEach
    void retire() throws Exception {
        epoch += 10;
        var left = first.takesUp(shard, epoch);
        left.forEach(one -> first.send(new WorkerCommand.Retire(one.spec().id())));
        for (var one : left) {
            first.awaits(new EnvironmentEvent.Gone(one.spec().id(), null));
        }
    }

    @AfterAll
    void end() {
        host.close();
    }

    private EnvironmentSpec spec(InitializationType type) {
        var id = EnvironmentId.of(System.nanoTime(), NUMBERS.incrementAndGet(), shard);
        return new EnvironmentSpec(id, function, null, type);
    }

    /// One that is up.
    private EnvironmentId environment(Member owner) throws Exception {
        return environment(owner, InitializationType.ON_DEMAND);
    }

    private EnvironmentId environment(Member owner, InitializationType type) throws Exception {
        var spec = spec(type);
        owner.send(new WorkerCommand.Start(spec));
        owner.awaits(new EnvironmentEvent.Ready(spec.id()));
        return spec.id();
    }

    private static Invocation invocation(String payload) {
        return TestEnvironment.invocation(payload, false);
    }

    private static Invocation invoke(Member sender, EnvironmentId id, long epoch, long number, String payload) {
        var invocation = invocation(payload);
        sender.send(new WorkerCommand.Invoke(
                new Reservation(TestWorker.ID, id, epoch, number, Duration.ofMinutes(1)), invocation));
        return invocation;
    }

    @Test
    void makeAndEndEnvironmentsOfTheirShardsAlone() throws Exception {
        var refused = spec(InitializationType.ON_DEMAND);
        second.send(new WorkerCommand.Start(refused));
        second.awaits(new EnvironmentEvent.StartRefused(refused.id(), "another member looks after the function"));
        var environment = environment(first);

        second.send(new WorkerCommand.Retire(environment));
        var answered = invoke(first, environment, epoch, 1, "[]");

        assertThat(first.outcome(answered)).isInstanceOf(Answered.class);
        assertThat(second.events).hasSize(1);
        first.send(new WorkerCommand.Retire(environment));
        first.awaits(new EnvironmentEvent.Gone(environment, null));
    }

    @Test
    void hearOfTheInvocationsThatTheySentAndOfTheirEnvironments() throws Exception {
        var environment = environment(first);

        var sent = invoke(second, environment, epoch, 1, "[]");

        assertThat(second.outcome(sent)).isInstanceOf(Answered.class);
        first.awaits(new EnvironmentEvent.Idle(environment, 1));
        assertThat(second.events).hasSize(1);
        assertThat(first.events).noneMatch(Ended.class::isInstance);
    }

    @Test
    void runNothingUnderAnotherEpochThanThatOfTheShard() throws Exception {
        var environment = environment(first);

        var earlier = invoke(second, environment, epoch - 1, 1, "[]");
        var later = invoke(second, environment, epoch + 1, 2, "[]");

        assertThat(second.outcome(earlier)).isEqualTo(new Refused("there is a later WorkerManager"));
        assertThat(second.outcome(later)).isInstanceOf(Refused.class);
        assertThat(second.outcome(invoke(second, environment, epoch, 3, "[]"))).isInstanceOf(Answered.class);
    }

    @Test
    void goOnWithTheEnvironmentsOfAnotherThatRunAndThatAreIdle() throws Exception {
        var idle = environment(first);
        assertThat(first.outcome(invoke(first, idle, epoch, 1, "[\"count\"]"))).isInstanceOf(Answered.class);
        first.awaits(new EnvironmentEvent.Idle(idle, 1));
        var busy = environment(first);
        var go = folder.resolve("goes-on");
        var running = invoke(first, busy, epoch, 1, "[\"await " + go + "\"]");
        Await.until(() ->
                first.takesUp(shard, epoch).stream().anyMatch(one -> one.state().phase() == Phase.BUSY));

        var held = second.takesUp(shard, epoch + 1);

        assertThat(held)
                .extracting(HeldEnvironment::state)
                .containsExactlyInAnyOrder(
                        new ReportedEnvironment(idle, Phase.IDLE, 1), new ReportedEnvironment(busy, Phase.BUSY, 1));
        assertThat(held).allSatisfy(one -> {
            assertThat(one.spec().function()).isEqualTo(function);
            assertThat(one.idle().isPositive()).isEqualTo(one.state().phase() == Phase.IDLE);
        });
        first.awaits(new Superseded(shard, epoch + 1));
        Files.createFile(go);
        assertThat(first.outcome(running)).isInstanceOf(Answered.class);
        second.awaits(new EnvironmentEvent.Idle(busy, 1));
        assertThat(first.outcome(invoke(first, idle, epoch, 2, "[]"))).isInstanceOf(Refused.class);
        var again = (Answered) second.outcome(invoke(second, idle, epoch + 1, 2, "[\"count\"]"));
        assertThat(new String(again.payload(), StandardCharsets.UTF_8)).isEqualTo("[2]");
    }

    @Test
    void areToldWhoIsLater() throws Exception {
        second.send(new WorkerCommand.TakeUp(shard, epoch));
        second.send(new WorkerCommand.TakeUp(shard, epoch - 3));

        assertThat(second.events).containsExactly(new Superseded(shard, epoch), new Superseded(shard, epoch));
        assertThat(first.takesUp(shard, epoch)).isEmpty();
    }

    @Test
    void haveReportsOfTheirEnvironmentsAndOfAllThatIsTaken() throws Exception {
        var environment = environment(first);
        var kept = environment(first, InitializationType.PROVISIONED_CONCURRENCY);
        var memory =
                new Bytes(2 * function.memory().plus(RecordedSandboxes.OVERHEAD).count());

        Await.until(() -> second.report.taken().equals(new Report.Taken(2, memory, 2L * function.milliCpus(), 1)));

        assertThat(second.report.environments()).isEmpty();
        Await.until(() -> first.report.byId().keySet().equals(Set.of(environment, kept)));
        assertThat(first.report.taken().environments()).isEqualTo(2);
    }

    @Test
    void haveReportsOfWhatRunsAndWhoSentItAlsoOfOneThatHasParted() throws Exception {
        var one = environment(first);
        var other = environment(first);
        Path go = folder.resolve("go");
        var waits = "[\"await " + go + "\"]";
        var running = invoke(second, one, epoch, 1, waits);
        var ofItsOwn = invoke(first, other, epoch, 1, waits);
        var twice = invoke(second, one, epoch, 1, waits);
        invoke(second, one, epoch - 1, 2, waits);
        host.worker.parted(new MemberId("second"));

        Await.until(() -> Set.copyOf(first.report.sent())
                .equals(Set.of(
                        new Sent(new MemberId("first"), false, function.function(), 1),
                        new Sent(new MemberId("second"), false, function.function(), 1))));
        var before = second;
        second = new Member("second", host.worker);
        assertThat(second.report.sent()).contains(new Sent(new MemberId("second"), true, function.function(), 1));

        Files.createFile(go);
        assertThat(first.outcome(ofItsOwn)).isInstanceOf(Answered.class);
        assertThat(second.outcome(running)).isInstanceOf(Answered.class);
        assertThat(before.ended(running)).isEmpty();
        assertThat(second.ended(twice)).isEmpty();
        Await.until(() -> first.report.sent().isEmpty());
    }

    @Test
    void haveReportsOfAllThatCameByConnectionsOfBeforeHoweverAlikeTheyAre() throws Exception {
        Path go = folder.resolve("go-on");
        var waits = "[\"await " + go + "\"]";
        var runs = new Sent(new MemberId("second"), true, function.function(), 1);
        invoke(second, environment(first), epoch, 1, waits);
        second = new Member("second", host.worker);
        invoke(second, environment(first), epoch, 1, waits);
        second = new Member("second", host.worker);

        Await.until(() -> first.report.sent().equals(List.of(runs, runs)));

        Files.createFile(go);
        Await.until(() -> first.report.sent().isEmpty());
    }

    @Test
    void haveNoReportsOnceTheyHavePartedUntilTheyAreBack() throws Exception {
        var environment = environment(first);
        host.worker.parted(new MemberId("first"));
        var last = first.report;
        Await.until(() -> second.report.number() > last.number() + 1);

        assertThat(first.report).isEqualTo(last);
        var before = first;
        first = new Member("first", host.worker);
        assertThat(first.report.environments()).hasSize(1);
        assertThat(first.takesUp(shard, epoch)).hasSize(1);
        assertThat(first.outcome(invoke(first, environment, epoch, 1, "[]"))).isInstanceOf(Answered.class);
        assertThat(before.report).isEqualTo(last);
    }

    @Test
    void makeRoomWithWhatWasIdleForLongest() throws Exception {
        var kept = environment(first, InitializationType.PROVISIONED_CONCURRENCY);
        var longest = environment(first);
        var shortest = environment(first);
        second.send(new WorkerCommand.MakeRoom(function.memory()));

        first.send(new WorkerCommand.MakeRoom(function.memory()));

        first.awaits(new EnvironmentEvent.Gone(longest, null));
        assertThat(first.takesUp(shard, epoch))
                .extracting(one -> one.spec().id())
                .containsExactlyInAnyOrder(kept, shortest);
    }
}
