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
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentEvent;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.InitializationType;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.NotRunnable.Cause;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Versions under SnapStart, of which one environment is initialised ahead.
class SnapStartTest {
    private static final FunctionVersion MAIL = Functions.snapStart("mail");
    private static final WorkerManagerConfig CONFIG = WorkerManagerConfig.DEFAULT;

    private final ManualClock clock = new ManualClock();
    private final AtomicLong ids = new AtomicLong();
    private final WorkerLinks links = new WorkerLinks();
    private final PlacementService placement = placement(100);
    private final WorkerManager manager = manager(placement);

    private PlacementService placement(int keptPercent) {
        return new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), keptPercent), clock);
    }

    private WorkerManager manager(PlacementService placement) {
        return new WorkerManager(
                CONFIG,
                placement,
                links,
                1,
                clock,
                new Alarms()::set,
                shard -> EnvironmentId.of(0, ids.incrementAndGet(), shard),
                InvocationMeter.NONE);
    }

    /// Has room for four environments of 128 MiB.
    private final FakeWorker worker = new FakeWorker("local", 512, 4000, 10);

    @BeforeEach
    void oneWorker() {
        join(placement, manager);
    }

    private void join(PlacementService placement, WorkerManager manager) {
        worker.join(links, placement, (from, event) -> manager.happened(from, (EnvironmentEvent) event));
    }

    @Test
    void initialisesOneAheadOnceTheVersionIsKnown() {
        manager.provision(MAIL, 1);
        assertThat(provisioned()).isEqualTo(new Provisioned(1, 0, Optional.empty()));
        worker.ready(0);

        assertThat(worker.started)
                .singleElement()
                .matches(spec -> spec.initializationType() == InitializationType.SNAP_START);
        assertThat(provisioned().ready()).isEqualTo(1);
    }

    @Test
    void initialisesAnotherWhenOneIsGivenOut() {
        manager.provision(MAIL, 1);
        worker.ready(0);

        assertThat(acquire(MAIL).runsIn(worker, 0)).isTrue();

        assertThat(worker.started).hasSize(2);
        worker.ready(1);
        assertThat(provisioned()).isEqualTo(new Provisioned(1, 1, Optional.empty()));
    }

    @Test
    void servesFromThoseThatHaveServedFirst() {
        manager.provision(MAIL, 1);
        worker.ready(0);
        acquire(MAIL);
        worker.ready(1);
        worker.idle(0);

        assertThat(acquire(MAIL).runsIn(worker, 0)).isTrue();
        assertThat(worker.started).hasSize(2);
        assertThat(acquire(MAIL).runsIn(worker, 1)).isTrue();
        assertThat(worker.started).hasSize(3);
    }

    @Test
    void endsOneThatHasServedWhenItIsIdleForLongAndNotTheOneAhead() {
        manager.provision(MAIL, 1);
        worker.ready(0);
        acquire(MAIL);
        worker.ready(1);
        worker.idle(0);

        clock.advance(CONFIG.idleExpiry());
        manager.sweep();

        assertThat(worker.retired).containsExactly(worker.started.getFirst().id());
        assertThat(provisioned().ready()).isEqualTo(1);
    }

    @Test
    void hasNoneAheadOnceNobodyHasInvokedItForAnHour() {
        manager.provision(MAIL, 1);
        worker.ready(0);
        clock.advance(Duration.ofMinutes(50));
        acquire(MAIL);
        worker.ready(1);
        clock.advance(Duration.ofMinutes(50));
        manager.sweep();
        assertThat(provisioned().ready()).as("50 minutes after it was invoked").isEqualTo(1);

        clock.advance(Duration.ofMinutes(11));
        manager.sweep();

        assertThat(worker.retired).contains(worker.started.get(1).id());
        assertThat(provisioned()).isEqualTo(Provisioned.NONE);
    }

    @Test
    void initialisesOneOnDemandAndThenOneAheadWhereNoneIs() {
        var first = acquire(MAIL);
        worker.ready(0);

        assertThat(first.runsIn(worker, 0)).isTrue();
        assertThat(worker.started)
                .hasSize(2)
                .allMatch(spec -> spec.initializationType() == InitializationType.SNAP_START);
    }

    @Test
    void isLeftAloneWhenNothingIsProvisionedAnyMore() {
        manager.provision(MAIL, 1);
        worker.ready(0);

        manager.provision(MAIL, 0);

        assertThat(provisioned().ready()).isEqualTo(1);
        assertThat(worker.retired).isEmpty();
    }

    @Test
    void isTriedNoMoreOnceItIsKnownToFail() {
        manager.provision(MAIL, 1);
        worker.gone(0, new NotRunnable(Cause.INIT_FAILED, "as told"));
        assertThat(provisioned().failure().map(NotRunnable::cause)).contains(Cause.INIT_FAILED);

        manager.provision(MAIL, 0);
        clock.advance(Duration.ofMinutes(10));
        manager.sweep();

        assertThat(worker.started).hasSize(1);
        assertThat(provisioned()).isEqualTo(Provisioned.NONE);
    }

    private Provisioned provisioned() {
        return manager.provisioned(MAIL.function(), MAIL.version());
    }

    private Request acquire(FunctionVersion version) {
        var request = new Request(worker);
        manager.acquire(version, null, request);
        return request;
    }
}
