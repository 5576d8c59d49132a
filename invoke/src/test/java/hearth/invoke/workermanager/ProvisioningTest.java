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

class ProvisioningTest {
    private static final FunctionVersion MAIL = Functions.latest("mail");
    private static final FunctionVersion SEARCH = Functions.latest("search");
    private static final WorkerManagerConfig CONFIG = WorkerManagerConfig.DEFAULT;

    private final ManualClock clock = new ManualClock();
    private final AtomicLong ids = new AtomicLong();
    private final WorkerLinks links = new WorkerLinks();
    private final PlacementService placement = placement(100);
    private final WorkerManager manager = manager(placement);

    private PlacementService placement(int keptPercent) {
        return new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), keptPercent), clock);
    }

    /// Where half of the worker may be provisioned.
    private WorkerManager half() {
        var half = placement(50);
        var manager = manager(half);
        join(half, manager);
        return manager;
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
    void initialisesEnvironmentsBeforeAnyInvocation() {
        manager.provision(MAIL, 2);

        assertThat(worker.started)
                .hasSize(2)
                .allMatch(spec -> spec.initializationType() == InitializationType.PROVISIONED_CONCURRENCY);
        assertThat(provisioned()).isEqualTo(new Provisioned(2, 0, Optional.empty()));

        worker.ready(0);
        assertThat(provisioned().ready()).isEqualTo(1);
        worker.ready(1);
        assertThat(provisioned().ready()).isEqualTo(2);
        assertThat(acquire(MAIL).runsIn(worker, 1)).isTrue();
        assertThat(provisioned().ready()).isEqualTo(2);
    }

    @Test
    void servesFromThemFirstAndThenOnDemand() {
        var spilled = acquire(MAIL);
        worker.ready(0);
        assertThat(spilled.runsIn(worker, 0)).isTrue();
        manager.provision(MAIL, 1);
        worker.ready(1);
        worker.idle(0);

        assertThat(acquire(MAIL).runsIn(worker, 1)).isTrue();
        assertThat(acquire(MAIL).runsIn(worker, 0)).isTrue();
        acquire(MAIL);

        assertThat(worker.started).hasSize(3);
        assertThat(worker.started.getLast().initializationType()).isEqualTo(InitializationType.ON_DEMAND);
    }

    @Test
    void endsThemNeitherForIdlenessNorForAnotherFunction() {
        provision(MAIL, 4);

        clock.advance(CONFIG.idleExpiry());
        manager.sweep();
        acquire(SEARCH);

        assertThat(worker.retired).isEmpty();
        assertThat(provisioned().ready()).isEqualTo(4);
    }

    @Test
    void leavesAShareOfTheWorkersToOthers() {
        var manager = half();
        manager.provision(MAIL, 4);
        worker.ready(0);
        worker.ready(1);

        assertThat(worker.started).hasSize(2);
        var told = manager.provisioned(MAIL.function(), "$LATEST");
        assertThat(told.ready()).isEqualTo(2);
        assertThat(told.failure().map(NotRunnable::cause)).contains(NotRunnable.Cause.SHARE_USED_UP);

        worker.gone(0);
        clock.advance(Duration.ofSeconds(2));
        manager.sweep();
        assertThat(worker.started).hasSize(3);
    }

    @Test
    void triesAgainEachSecondHoweverLongTheShareWasUsedUp() {
        var half = half();
        half.provision(SEARCH, 2);
        half.provision(MAIL, 1);
        for (int i = 0; i < 300; i++) {
            clock.advance(Duration.ofSeconds(1));
            half.sweep();
        }
        assertThat(worker.started).hasSize(2);

        worker.ready(0);
        half.provision(SEARCH, 0);
        worker.gone(0);
        clock.advance(Duration.ofSeconds(1));
        half.sweep();

        assertThat(worker.started.getLast().function()).isEqualTo(MAIL);
    }

    @Test
    void givesItsShareBackWhenItIsNotWantedAnyMoreAndBusy() {
        var half = half();
        half.provision(MAIL, 2);
        worker.ready(0);
        worker.ready(1);
        half.acquire(MAIL, null, new Request(worker));
        half.acquire(MAIL, null, new Request(worker));
        half.provision(MAIL, 0);
        half.provision(SEARCH, 2);
        assertThat(worker.started).hasSize(2);

        worker.idle(0);
        worker.idle(1);
        clock.advance(Duration.ofSeconds(1));
        half.sweep();

        assertThat(worker.retired).isEmpty();
        assertThat(worker.started).hasSize(4);
    }

    @Test
    void endsNobodysEnvironmentsWhereItsShareIsUsedUp() {
        var half = half();
        half.provision(MAIL, 2);
        half.acquire(SEARCH, null, new Request(worker));
        half.acquire(SEARCH, null, new Request(worker));
        for (int i = 0; i < 4; i++) {
            worker.ready(i);
        }
        worker.idle(2);
        worker.idle(3);

        half.provision(MAIL, 3);

        assertThat(worker.retired).isEmpty();
        assertThat(half.provisioned(MAIL.function(), "$LATEST").failure().map(NotRunnable::cause))
                .contains(Cause.SHARE_USED_UP);
    }

    @Test
    void replacesOneThatEnds() {
        provision(MAIL, 2);
        worker.gone(0);
        assertThat(provisioned().ready()).isEqualTo(1);

        manager.sweep();
        worker.ready(2);

        assertThat(provisioned().ready()).isEqualTo(2);
    }

    @Test
    void endsTheSurplusWhenLessIsWanted() {
        provision(MAIL, 3);
        acquire(MAIL);

        manager.provision(MAIL, 1);

        assertThat(worker.retired).hasSize(2);
        assertThat(provisioned()).isEqualTo(new Provisioned(1, 1, Optional.empty()));
    }

    @Test
    void letsABusyOneThatIsNotWantedAnyMoreGoOnAsAnyOther() {
        provision(MAIL, 1);
        acquire(MAIL);
        manager.provision(MAIL, 0);
        worker.idle(0);
        assertThat(worker.retired).isEmpty();
        assertThat(provisioned()).isEqualTo(Provisioned.NONE);

        clock.advance(CONFIG.idleExpiry());
        manager.sweep();

        assertThat(worker.retired).containsExactly(worker.environment(0));
    }

    @Test
    void tellsWhyCodeFailsAndTriesItAgainAfterAWhile() {
        var failure = new NotRunnable(Cause.RUNTIME_MISSING, "Install python3.13");
        manager.provision(MAIL, 1);
        worker.gone(0, failure);
        manager.sweep();
        assertThat(worker.started).hasSize(1);
        assertThat(provisioned()).isEqualTo(new Provisioned(1, 0, Optional.of(failure)));

        clock.advance(Duration.ofSeconds(1));
        manager.sweep();
        worker.gone(1, failure);
        clock.advance(Duration.ofSeconds(1));
        manager.sweep();
        assertThat(worker.started).as("the second pause is longer").hasSize(2);
        clock.advance(Duration.ofSeconds(1));
        manager.sweep();
        worker.ready(2);

        assertThat(provisioned()).isEqualTo(new Provisioned(1, 1, Optional.empty()));
    }

    @Test
    void triesAgainAtOnceWhenItIsProvisionedAnew() {
        manager.provision(MAIL, 1);
        worker.gone(0, new NotRunnable(Cause.SANDBOX_FAILED, "clone3: EAGAIN"));

        manager.provision(MAIL, 1);

        assertThat(worker.started).hasSize(2);
    }

    @Test
    void tellsThatNoWorkerIsLargeEnough() {
        manager.provision(Functions.sized("mail", 100_000), 1);

        assertThat(provisioned().failure()).isPresent();
        assertThat(worker.started).isEmpty();
    }

    @Test
    void endsIdleEnvironmentsThatWereStartedOnDemandToMakeRoom() {
        for (int i = 0; i < 4; i++) {
            acquire(SEARCH);
        }
        for (int i = 0; i < 4; i++) {
            worker.ready(i);
            worker.idle(i);
        }

        manager.provision(MAIL, 1);
        assertThat(worker.retired).hasSize(1);
        gone(worker.retired.getFirst());
        manager.sweep();

        assertThat(worker.started.getLast().function()).isEqualTo(MAIL);
    }

    @Test
    void findsRoomOnceThereIsSome() {
        provision(SEARCH, 4);
        manager.provision(MAIL, 1);
        assertThat(worker.started).hasSize(4);

        manager.provision(SEARCH, 3);
        worker.retired.forEach(this::gone);
        clock.advance(Duration.ofSeconds(1));
        manager.sweep();

        assertThat(worker.started).hasSize(5);
        assertThat(worker.started.getLast().function()).isEqualTo(MAIL);
    }

    @Test
    void endsThemWithTheirVersion() {
        provision(MAIL, 2);

        manager.deleted(MAIL.function(), MAIL.version());
        manager.sweep();

        assertThat(worker.retired).hasSize(2);
        assertThat(worker.started).hasSize(2);
    }

    private void provision(FunctionVersion version, int count) {
        int first = worker.started.size();
        manager.provision(version, count);
        for (int i = first; i < first + count; i++) {
            worker.ready(i);
        }
    }

    private Provisioned provisioned() {
        return manager.provisioned(MAIL.function(), MAIL.version());
    }

    private Request acquire(FunctionVersion version) {
        var request = new Request(worker);
        manager.acquire(version, null, request);
        return request;
    }

    private void gone(EnvironmentId environment) {
        worker.tell(new EnvironmentEvent.Gone(environment, null));
    }
}
