package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Alarms;
import hearth.invoke.FakeWorker;
import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.RecordedMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.ProcessorSample;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Few environments do the work of many where the processors are what invocations wait for.
class HotEnvironmentsTest {
    /// Of so much memory that each of its environments may use a whole processor.
    private static final FunctionVersion MAIL = Functions.sized("mail", 1769);
    private static final FunctionVersion SEARCH = Functions.sized("search", 1769);
    private static final WorkerManagerConfig CONFIG = WorkerManagerConfig.DEFAULT;
    private static final ProcessorSample COMPUTES = new ProcessorSample(Duration.ofMillis(95), Duration.ofMillis(100));
    private static final ProcessorSample WAITS = new ProcessorSample(Duration.ofMillis(2), Duration.ofMillis(100));

    private final ManualClock clock = new ManualClock();
    private final AtomicLong ids = new AtomicLong();
    private final PlacementService placement =
            new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100), clock);
    private final WorkerLinks links = new WorkerLinks();
    private final Alarms alarms = new Alarms();
    private final WorkerManager manager = new WorkerManager(
            CONFIG,
            placement,
            links,
            1,
            clock,
            alarms::set,
            shard -> EnvironmentId.of(0, ids.incrementAndGet(), shard),
            new RecordedMeter());

    /// Has two processors.
    private final FakeWorker worker = new FakeWorker("local", 1 << 17, 2000, 100);

    @BeforeEach
    void oneWorker() {
        join(worker);
    }

    @Test
    void runsNoMoreInvocationsThanThereAreProcessors() {
        idleEnvironments(MAIL, 8, COMPUTES);

        var requests = acquire(MAIL, 6);

        assertThat(served(requests)).isEqualTo(2);
        assertThat(manager.counts().waiting()).isEqualTo(4);
        assertThat(worker.started).hasSize(8);
    }

    @Test
    void servesWhoWaitsByTheHotOneThatComesFree() {
        idleEnvironments(MAIL, 8, COMPUTES);
        var requests = acquire(MAIL, 4);

        worker.idle(7);
        assertThat(requests.get(2).runsIn(worker, 7)).isTrue();
        worker.idle(7);

        assertThat(requests.get(3).runsIn(worker, 7)).isTrue();
    }

    @Test
    void letsNobodyOvertakeWhoWaitsForATurn() {
        idleEnvironments(MAIL, 8, COMPUTES);
        var requests = acquire(MAIL, 3);

        worker.idle(7);
        var later = acquire(MAIL);

        assertThat(requests.get(2).assignment()).isPresent();
        assertThat(later.assignment()).isEmpty();
    }

    @Test
    void startsNobodyForInvocationsThatOnlyWaitForTheProcessors() {
        idleEnvironments(MAIL, 2, COMPUTES);
        acquire(MAIL, 50);

        // Slow ones, but each answers while it has its turn still.
        for (int i = 0; i < 24; i++) {
            clock.advance(CONFIG.patience());
            alarms.ring();
            worker.idle(0);
            worker.idle(1);
        }

        assertThat(worker.started).hasSize(2);
    }

    @Test
    void startsAsManyAsTheProcessorsCanUse() {
        idleEnvironments(MAIL, 1, COMPUTES);

        acquire(MAIL, 10);
        clock.advance(CONFIG.patience());
        alarms.ring();

        assertThat(worker.started).hasSize(2);
    }

    @Test
    void runsAllOfAFunctionThatWaitsForSomethingElse() {
        idleEnvironments(MAIL, 8, WAITS);

        assertThat(served(acquire(MAIL, 8))).isEqualTo(8);
    }

    @Test
    void wakesOthersWhenThoseThatRunHang() {
        idleEnvironments(MAIL, 16, COMPUTES);
        var requests = acquire(MAIL, 16);
        assertThat(served(requests)).isEqualTo(2);

        int rounds = 0;
        while (served(requests) < 16) {
            clock.advance(CONFIG.patience());
            alarms.ring();
            assertThat(++rounds).isLessThanOrEqualTo(6);
        }
    }

    @Test
    void startsOthersWhenThoseThatRunHangAndNoneIsIdle() {
        idleEnvironments(MAIL, 2, COMPUTES);
        var requests = acquire(MAIL, 6);

        for (int i = 0; i < 3; i++) {
            clock.advance(CONFIG.patience());
            alarms.ring();
        }
        assertThat(worker.started).hasSize(6);
        IntStream.range(2, 6).forEach(worker::ready);

        assertThat(served(requests)).isEqualTo(6);
    }

    @Test
    void servesAllWhoWaitAsSoonAsTheFunctionTurnsOutToWaitForSomethingElse() {
        idleEnvironments(MAIL, 8, COMPUTES);
        var requests = acquire(MAIL, 8);

        for (int i = 0; i < 8; i++) {
            worker.idle(7 - i % 2, WAITS);
        }

        assertThat(served(requests)).isEqualTo(8);
        assertThat(manager.counts().waiting()).isZero();
    }

    @Test
    void holdsUpNoOtherFunction() {
        idleEnvironments(MAIL, 8, COMPUTES);
        idleEnvironments(SEARCH, 8, COMPUTES);
        acquire(MAIL, 50);

        assertThat(served(acquire(SEARCH, 5))).isEqualTo(2);
    }

    @Test
    void prefersProvisionedEnvironments() {
        idleEnvironments(MAIL, 4, COMPUTES);
        manager.provision(MAIL, 2);
        worker.ready(4);
        worker.ready(5);

        var requests = acquire(MAIL, 4);

        assertThat(requests.get(0).runsIn(worker, 5)).isTrue();
        assertThat(requests.get(1).runsIn(worker, 4)).isTrue();
        assertThat(served(requests)).isEqualTo(2);
    }

    @Test
    void countsTheProcessorsOfEachWorkerForItself() {
        idleEnvironments(MAIL, 4, COMPUTES);
        placement.remove(worker.worker());
        var other = new FakeWorker("other", 1 << 17, 3000, 100);
        join(other);
        manager.provision(MAIL, 4);
        IntStream.range(0, 4).forEach(other::ready);

        var requests = acquire(MAIL, 9);

        assertThat(requests.stream().filter(one -> runsOn(one, other))).hasSize(3);
        assertThat(requests.stream().filter(one -> runsOn(one, worker))).hasSize(2);
        assertThat(served(requests)).isEqualTo(5);
    }

    @Test
    void endsAllEnvironmentsOfAnOlderGenerationWhenNobodyWaitsForThemAnyMore() {
        idleEnvironments(MAIL, 4, COMPUTES);
        acquire(MAIL, 4);

        acquire(Functions.latest("mail", 2));
        for (int i = 0; i < 4; i++) {
            worker.idle(3 - i % 2);
        }

        assertThat(worker.retired)
                .containsExactlyInAnyOrder(
                        worker.environment(0), worker.environment(1), worker.environment(2), worker.environment(3));
    }

    private static boolean runsOn(Request request, FakeWorker worker) {
        return request.assignment()
                .filter(one -> one.reservation().worker().equals(worker.worker()))
                .isPresent();
    }

    private static long served(List<Request> requests) {
        return requests.stream().filter(one -> one.assignment().isPresent()).count();
    }

    private void join(FakeWorker joining) {
        joining.join(links, placement, (from, event) -> manager.happened(from, (EnvironmentEvent) event));
    }

    private Request acquire(FunctionVersion version) {
        var request = new Request(worker);
        manager.acquire(version, null, request);
        return request;
    }

    private List<Request> acquire(FunctionVersion version, int count) {
        return IntStream.range(0, count).mapToObj(_ -> acquire(version)).toList();
    }

    /// Has environments made, each of which has run one short invocation by which it is known.
    private void idleEnvironments(FunctionVersion version, int count, ProcessorSample sample) {
        int first = worker.started.size();
        acquire(version, count);
        clock.advance(CONFIG.patience().multipliedBy(4));
        for (int i = first; i < first + count; i++) {
            worker.ready(i);
        }
        clock.advance(Duration.ofMillis(1));
        for (int i = first; i < first + count; i++) {
            worker.idle(i, sample);
        }
        for (int i = 0; i < 16; i++) {
            acquire(version, 1);
            clock.advance(Duration.ofMillis(1));
            worker.idle(first + count - 1, sample);
        }
    }
}
