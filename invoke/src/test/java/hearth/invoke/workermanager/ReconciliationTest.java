package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Alarms;
import hearth.invoke.FakeWorker;
import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.ShardId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
    private final ManualClock clock = new ManualClock();
    private final AtomicLong ids = new AtomicLong();
    private final PlacementService placement =
            new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100), clock);
    private final WorkerLinks links = new WorkerLinks();
    private final WorkerManager manager = new WorkerManager(
            WorkerManagerConfig.DEFAULT,
            placement,
            links,
            1,
            clock,
            new Alarms()::set,
            shard -> EnvironmentId.of(0, ids.incrementAndGet(), shard),
            InvocationMeter.NONE);
    private final FakeWorker worker = new FakeWorker();
    private final Request first = new Request(worker);

    @BeforeEach
    void oneIsAskedFor() {
        worker.join(links, placement, (from, event) -> manager.happened(from, (EnvironmentEvent) event));
        manager.acquire(Functions.latest("mail"), null, first);
    }

    @Test
    void servesWithAnEnvironmentWhoseReadyWasLost() {
        twoReports(Phase.IDLE, 0);

        assertThat(first.runsIn(worker, 0)).isTrue();
    }

    @Test
    void believesNoReportAlone() {
        report(Phase.IDLE, 0);
        report(Phase.STARTING, 0);
        report(Phase.IDLE, 0);

        assertThat(first.assignment()).isEmpty();
    }

    @Test
    void usesAnEnvironmentAgainWhoseIdleWasLost() {
        worker.ready(0);

        twoReports(Phase.IDLE, 0);
        assertThat(manager.counts().busy()).isEqualTo(1);
        twoReports(Phase.IDLE, 1);
        assertThat(manager.counts().idle()).isEqualTo(1);
    }

    @Test
    void endsAnEnvironmentWhoseInvocationNeverCame() {
        worker.ready(0);
        clock.advance(Duration.ofSeconds(20));

        twoReports(Phase.IDLE, 0);

        assertThat(worker.retired).containsExactly(worker.environment(0));
    }

    @Test
    void makesAnotherForOneThatNoReportNamesButNotTooSoon() {
        twoEmptyReports();
        assertThat(worker.started).hasSize(1);
        clock.advance(Reconciliation.UNDER_WAY);

        twoEmptyReports();

        assertThat(worker.started).hasSize(2);
        assertThat(placement.promised(worker.worker()).environments()).isEqualTo(1);
    }

    @Test
    void endsEnvironmentsThatNobodyKnows() {
        worker.reported.add(new ReportedEnvironment(EnvironmentId.of(9, 9, new ShardId(0)), Phase.BUSY, 3));
        twoReports(Phase.STARTING, 0);

        assertThat(worker.retired).containsExactly(EnvironmentId.of(9, 9, new ShardId(0)));
    }

    @Test
    void passesOverReportsThatAnotherOvertook() {
        var old = worker.report();
        worker.ready(0);
        clock.advance(Duration.ofMinutes(1));
        report(Phase.BUSY, 1);

        for (int i = 0; i < 3; i++) {
            manager.reported(worker.worker(), old);
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(manager.counts().busy()).isEqualTo(1);
    }

    @Test
    void takesAWorkerThatIsSilentForLongForGone() {
        worker.ready(0);
        report(Phase.BUSY, 1);
        for (int i = 0; i < Reconciliation.SILENT_SWEEPS; i++) {
            assertThat(manager.counts().busy()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(1));
            manager.sweep();
        }

        assertThat(manager.counts().environments()).isZero();
        assertThat(placement.promised(worker.worker()).environments()).isZero();
    }

    private void twoReports(Phase phase, long lastReservation) {
        report(phase, lastReservation);
        report(phase, lastReservation);
    }

    private void report(Phase phase, long lastReservation) {
        var one = new ReportedEnvironment(worker.environment(0), phase, lastReservation);
        worker.reported.add(one);
        manager.reported(worker.worker(), worker.report());
        worker.reported.remove(one);
        clock.advance(Duration.ofSeconds(1));
    }

    private void twoEmptyReports() {
        for (int i = 0; i < 2; i++) {
            manager.reported(worker.worker(), worker.report());
            clock.advance(Duration.ofSeconds(1));
        }
    }
}
