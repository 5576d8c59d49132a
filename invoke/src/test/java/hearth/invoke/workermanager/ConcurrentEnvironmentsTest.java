package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Functions;
import hearth.invoke.placement.Placement;
import hearth.invoke.placement.Slot;
import hearth.model.Bytes;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.ProcessorSample;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Environments that may run two invocations at once.
final class ConcurrentEnvironmentsTest {
    private static final FunctionVersion MAIL = Functions.latest("mail");
    private static final WorkerId WORKER = new WorkerId("w");

    private final AtomicLong ids = new AtomicLong();
    private final EnvironmentTable table = new EnvironmentTable(
            WorkerManagerConfig.DEFAULT.withMaxConcurrency(2),
            OwnedShards.all(1),
            shard -> EnvironmentId.of(0, ids.incrementAndGet(), shard));
    private Instant now = Instant.EPOCH;
    private long reports;

    @Test
    void serveTwoAtOnceAndTheThirdHasAnotherMade() {
        var environment = ready();

        var one = served(acquire());
        var two = served(acquire());
        var third = acquire();

        assertThat(one.environment()).isEqualTo(environment.id());
        assertThat(two.environment()).isEqualTo(environment.id());
        assertThat(one.number()).isNotEqualTo(two.number());
        assertThat(third).hasAtLeastOneElementOfType(EnvironmentAction.Ask.class);
        assertThat(third).noneMatch(EnvironmentAction.Serve.class::isInstance);
    }

    @Test
    void areMadeForTwoThatWait() {
        assertThat(acquire()).hasAtLeastOneElementOfType(EnvironmentAction.Ask.class);
        assertThat(acquire()).noneMatch(EnvironmentAction.Ask.class::isInstance);
        assertThat(acquire()).hasAtLeastOneElementOfType(EnvironmentAction.Ask.class);
    }

    @Test
    void serveTwoThatHaveWaitedWhenTheyComeUp() {
        var environment = asked(acquire());
        acquire();
        place(environment);

        var actions = actions(found -> table.ready(environment.id(), now, found));

        assertThat(actions.stream().filter(EnvironmentAction.Serve.class::isInstance))
                .hasSize(2);
    }

    @Test
    void haveRoomAgainWhenOneIsOverAndTheOtherRunsOn() {
        var environment = ready();
        var one = served(acquire());
        var two = served(acquire());

        over(environment, one);

        assertThat(environment.under(one.number())).isNull();
        assertThat(environment.under(two.number())).isNotNull();
        assertThat(table.counts().busy()).isEqualTo(1);
        var three = served(acquire());
        assertThat(three.environment()).isEqualTo(environment.id());
        over(environment, two);
        over(environment, three);
        assertThat(table.counts().idle()).isEqualTo(1);
        assertThat(table.counts().busy()).isZero();
    }

    @Test
    void areTakenForOverOnceEach() {
        var environment = ready();
        var one = served(acquire());
        var two = served(acquire());
        over(environment, one);

        over(environment, one);

        assertThat(environment.under(two.number())).isNotNull();
        assertThat(table.counts().busy()).isEqualTo(1);
    }

    @Test
    void expireOnlyOnceBothAreOver() {
        var environment = ready();
        var one = served(acquire());
        var two = served(acquire());
        over(environment, one);
        pass(WorkerManagerConfig.DEFAULT.idleExpiry().plusSeconds(1));
        assertThat(actions(found -> table.sweep(now, found))).isEmpty();

        over(environment, two);
        pass(WorkerManagerConfig.DEFAULT.idleExpiry());

        assertThat(actions(found -> table.sweep(now, found)))
                .containsExactly(new EnvironmentAction.Retire(environment));
    }

    @Test
    void areGivenToNobodyAnyMoreWhenTheyRefuseOne() {
        var environment = ready();
        var one = served(acquire());

        var actions = actions(found -> table.refused(one, now, found));

        assertThat(actions).contains(new EnvironmentAction.Retire(environment));
        assertThat(acquire()).noneMatch(EnvironmentAction.Serve.class::isInstance);
    }

    @Test
    void giveTheirTurnsBackOneByOneAndAllTogetherWhenTheyAreGone() {
        var environment = ready();
        var turns = environment.function().turns();
        turns.learn(new ProcessorSample(Duration.ofMillis(9), Duration.ofMillis(10)), now);
        int all = turns.left();
        assertThat(all).isLessThan(Parallelism.UNLIMITED);
        var one = served(acquire());
        served(acquire());
        assertThat(turns.left()).isEqualTo(all - 2);

        over(environment, one);
        assertThat(turns.left()).isEqualTo(all - 1);
        served(acquire());
        actions(found -> table.gone(environment.id(), Optional.empty(), now, found));

        assertThat(turns.left()).isEqualTo(all);
    }

    @Test
    void findByReportsThatTheEndOfOneWasLost() {
        var environment = ready();
        var one = served(acquire());
        var two = served(acquire());

        report(environment, 2, two.number());
        assertThat(environment.under(one.number())).isNotNull();
        pass(Reconciliation.CONFIRMATION);
        report(environment, 2, two.number());

        assertThat(environment.under(one.number())).isNull();
        assertThat(environment.under(two.number())).isNotNull();
    }

    @Test
    void findByReportsThatOneNeverCame() {
        var environment = ready();
        var one = served(acquire());
        served(acquire());
        pass(Reconciliation.UNDER_WAY.plus(WorkerManagerConfig.DEFAULT.reservationLife()));

        report(environment, 1, one.number());
        pass(Reconciliation.CONFIRMATION);

        assertThat(report(environment, 1, one.number())).contains(new EnvironmentAction.Retire(environment));
    }

    /// One that is up and idle.
    private Environment ready() {
        var environment = asked(acquire());
        place(environment);
        var reservation = served(actions(found -> table.ready(environment.id(), now, found)));
        over(environment, reservation);
        return environment;
    }

    private void place(Environment environment) {
        actions(found -> table.placed(environment, new Placement.Placed(new Room()), now, found));
    }

    private void over(Environment environment, Reservation reservation) {
        actions(found -> table.idle(environment.id(), reservation.number(), null, now, found));
    }

    private List<EnvironmentAction> report(Environment environment, long last, Long... running) {
        var one = new ReportedEnvironment(environment.id(), Phase.BUSY, last, List.of(running));
        var report = new Report(
                ++reports,
                new WorkerCapacity(Bytes.mebibytes(1024), 2000, 10),
                Report.Taken.NOTHING,
                true,
                true,
                List.of(one));
        return actions(found -> table.reported(WORKER, report, report.byId(), now, found));
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private List<EnvironmentAction> acquire() {
        return actions(found -> table.acquire(MAIL, null, new OneWaiter(), now, found));
    }

    private static List<EnvironmentAction> actions(Consumer<List<EnvironmentAction>> decision) {
        var actions = new ArrayList<EnvironmentAction>();
        decision.accept(actions);
        return actions;
    }

    private static Environment asked(List<EnvironmentAction> actions) {
        return actions.stream()
                .filter(EnvironmentAction.Ask.class::isInstance)
                .map(action -> ((EnvironmentAction.Ask) action).environment())
                .findFirst()
                .orElseThrow();
    }

    private static Reservation served(List<EnvironmentAction> actions) {
        return actions.stream()
                .filter(EnvironmentAction.Serve.class::isInstance)
                .map(action -> ((EnvironmentAction.Serve) action).assignment().reservation())
                .findFirst()
                .orElseThrow();
    }

    private static final class OneWaiter implements Waiter {
        @Override
        public void served(Assignment assignment) {
            throw new AssertionError("The table only decides");
        }

        @Override
        public void failed(Unavailable why) {
            throw new AssertionError("The table only decides");
        }
    }

    private static final class Room implements Slot {
        @Override
        public WorkerId worker() {
            return WORKER;
        }

        @Override
        public int processors() {
            return 4;
        }

        @Override
        public boolean isAway() {
            return false;
        }

        @Override
        public void succeeded() {}

        @Override
        public void failed() {}

        @Override
        public void refused() {}

        @Override
        public void keepNoLonger() {}

        @Override
        public void close() {}
    }
}
