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
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.NotRunnable.Cause;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerManagerTest {
    private static final FunctionVersion MAIL = Functions.latest("mail");
    private static final FunctionVersion SEARCH = Functions.latest("search");
    private static final long DRAWN = 7;
    private static final WorkerManagerConfig CONFIG = WorkerManagerConfig.DEFAULT;
    private static final NotRunnable NO_RUNTIME = new NotRunnable(Cause.RUNTIME_MISSING, "Install python3.13");
    private static final NotRunnable NO_SANDBOX = new NotRunnable(Cause.SANDBOX_FAILED, "clone3: EAGAIN");

    private final ManualClock clock = new ManualClock();
    private final AtomicLong ids = new AtomicLong();
    private final PlacementService placement =
            new PlacementService(new PlacementConfig(1, 3, Duration.ofSeconds(10), 100), clock);
    private final WorkerLinks links = new WorkerLinks();
    private final Alarms alarms = new Alarms();
    private final RecordedMeter meter = new RecordedMeter();
    private final WorkerManager manager =
            new WorkerManager(CONFIG, placement, links, DRAWN, clock, alarms::set, this::name, meter);

    private boolean nameless;

    /// Has room for two environments of 128 MiB.
    private final FakeWorker worker = new FakeWorker("local", 256, 2000, 10);

    @BeforeEach
    void oneWorker() {
        join(worker);
    }

    @Test
    void makesAnEnvironmentForTheFirstInvocation() {
        var request = acquire(MAIL);
        assertThat(worker.started).singleElement().satisfies(spec -> assertThat(spec.function())
                .isEqualTo(MAIL));
        assertThat(request.assignment()).isEmpty();

        clock.advance(Duration.ofMillis(70));
        worker.ready(0);

        assertThat(request.runsIn(worker, 0)).isTrue();
        assertThat(meter.told).containsExactly("mail initialized in PT0.07S");
    }

    @Test
    void givesAnIdleEnvironmentAtOnce() {
        idleEnvironments(MAIL, 1);

        var request = acquire(MAIL);

        assertThat(request.runsIn(worker, 0)).isTrue();
        assertThat(worker.started).hasSize(1);
    }

    @Test
    void givesTheEnvironmentThatWasIdleLast() {
        idleEnvironments(MAIL, 2);

        assertThat(acquire(MAIL).runsIn(worker, 1)).isTrue();
        worker.idle(1);
        assertThat(acquire(MAIL).runsIn(worker, 1)).isTrue();
        assertThat(acquire(MAIL).runsIn(worker, 0)).isTrue();
    }

    @Test
    void numbersReservationsAndGivesThemAShortLife() {
        idleEnvironments(MAIL, 1);
        var earlier = acquire(MAIL).assignment().orElseThrow().reservation();
        worker.idle(0);

        var reservation = acquire(MAIL).assignment().orElseThrow().reservation();

        assertThat(reservation.number()).isGreaterThan(earlier.number());
        assertThat(reservation.worker()).isEqualTo(worker.worker());
        assertThat(reservation.epoch()).isEqualTo((1L << 16) + DRAWN);
        assertThat(reservation.life()).isEqualTo(CONFIG.reservationLife());
    }

    @Test
    void servesWhoWaitsWithABusyEnvironmentThatComesFreeFirst() {
        idleEnvironments(MAIL, 1);
        acquire(MAIL);
        var second = acquire(MAIL);
        assertThat(worker.started).hasSize(2);

        worker.idle(0);
        assertThat(second.runsIn(worker, 0)).isTrue();

        worker.ready(1);
        assertThat(acquire(MAIL).runsIn(worker, 1)).isTrue();
    }

    @Test
    void waitsForABusyEnvironmentThatIsExpectedSoonerThanANewOneWouldBeReady() {
        oneEnvironmentOfAFunctionThatTakes(Duration.ofMillis(1));
        acquire(MAIL);

        var second = acquire(MAIL);
        assertThat(worker.started).hasSize(1);
        worker.idle(0);

        assertThat(second.runsIn(worker, 0)).isTrue();
    }

    @Test
    void asksForANewEnvironmentWhenABusyOneTakesLongerThanExpected() {
        oneEnvironmentOfAFunctionThatTakes(Duration.ofMillis(1));
        acquire(MAIL);
        var second = acquire(MAIL);

        clock.advance(CONFIG.patience());
        var third = acquire(MAIL);
        alarms.ring();
        assertThat(worker.started).hasSize(2);
        worker.ready(1);
        assertThat(second.runsIn(worker, 1)).isTrue();

        clock.advance(CONFIG.patience());
        alarms.ring();
        assertThat(third.assignment()).isEmpty();
        assertThat(manager.counts().waiting()).isEqualTo(1);
        worker.idle(1);
        assertThat(third.runsIn(worker, 1)).isTrue();
    }

    @Test
    void asksForANewEnvironmentAtOnceForAFunctionThatTakesLong() {
        oneEnvironmentOfAFunctionThatTakes(CONFIG.patience());
        acquire(MAIL);

        acquire(MAIL);

        assertThat(worker.started).hasSize(2);
    }

    @Test
    void asksForANewEnvironmentAtOnceWhenTooManyWait() {
        oneEnvironmentOfAFunctionThatTakes(CONFIG.patience().dividedBy(2));
        acquire(MAIL);

        acquire(MAIL);
        assertThat(worker.started).hasSize(1);
        acquire(MAIL);

        assertThat(worker.started).hasSize(2);
    }

    @Test
    void asksForANewEnvironmentWhenTheBusyOneDies() {
        oneEnvironmentOfAFunctionThatTakes(Duration.ofMillis(1));
        acquire(MAIL);
        var second = acquire(MAIL);

        worker.gone(0);
        worker.ready(1);

        assertThat(second.runsIn(worker, 1)).isTrue();
    }

    @Test
    void servesInTheOrderOfArrival() {
        var first = acquire(MAIL);
        var second = acquire(MAIL);

        worker.ready(1);
        assertThat(first.runsIn(worker, 1)).isTrue();
        worker.ready(0);
        assertThat(second.runsIn(worker, 0)).isTrue();
    }

    @Test
    void neverSharesEnvironmentsBetweenFunctionsOrGenerations() {
        idleEnvironments(MAIL, 1);

        assertThat(acquire(SEARCH).assignment()).isEmpty();
        assertThat(acquire(Functions.latest("mail", 2)).assignment()).isEmpty();
    }

    @Test
    void neverSharesEnvironmentsBetweenTenants() {
        var blue = acquire(MAIL, "blue");
        worker.ready(0);
        worker.idle(0);
        assertThat(blue.runsIn(worker, 0)).isTrue();

        var red = acquire(MAIL, "red");
        assertThat(red.assignment()).isEmpty();
        worker.ready(1);
        assertThat(red.runsIn(worker, 1)).isTrue();
        worker.idle(1);

        assertThat(acquire(MAIL, "blue").runsIn(worker, 0)).isTrue();
        assertThat(acquire(MAIL, "red").runsIn(worker, 1)).isTrue();
        assertThat(acquire(MAIL).assignment()).isEmpty();
        assertThat(worker.started).extracting(EnvironmentSpec::tenant).containsExactly("blue", "red");
    }

    @Test
    void endsIdleEnvironmentsOfAnOlderGenerationAtOnceAndBusyOnesWhenTheyAreFree() {
        idleEnvironments(MAIL, 2);
        acquire(MAIL);

        acquire(Functions.latest("mail", 2));
        assertThat(worker.retired).containsExactly(worker.environment(0));

        worker.idle(1);
        assertThat(worker.retired).containsExactly(worker.environment(0), worker.environment(1));
    }

    @Test
    void servesACallerWhoStillHasAnOlderGenerationAndKeepsTheNewOne() {
        var newer = Functions.latest("mail", 2);
        idleEnvironments(newer, 1);

        var request = acquire(MAIL);
        worker.ready(1);
        assertThat(request.runsIn(worker, 1)).isTrue();
        worker.idle(1);

        assertThat(worker.retired).containsExactly(worker.environment(1));
        assertThat(acquire(newer).runsIn(worker, 0)).isTrue();
    }

    @Test
    void endsEnvironmentsOfADeletedFunction() {
        idleEnvironments(MAIL, 2);
        assertThat(manager.versionsOf(MAIL.function())).containsExactly("$LATEST");

        manager.deleted(MAIL.function(), "$LATEST");

        assertThat(worker.retired).containsExactlyInAnyOrder(worker.environment(0), worker.environment(1));
        assertThat(manager.versionsOf(MAIL.function())).isEmpty();
    }

    @Test
    void endsEnvironmentsThatWereIdleForTooLong() {
        idleEnvironments(MAIL, 2);
        clock.advance(CONFIG.idleExpiry().minusSeconds(1));
        acquire(MAIL);
        worker.idle(1);

        clock.advance(Duration.ofSeconds(1));
        manager.sweep();

        assertThat(worker.retired).containsExactly(worker.environment(0));
        assertThat(manager.counts().expired()).isEqualTo(1);
    }

    @Test
    void givesBackRoomOnlyWhenAnEnvironmentIsGone() {
        idleEnvironments(MAIL, 2);
        clock.advance(CONFIG.idleExpiry());
        manager.sweep();
        assertThat(placement.promised(worker.worker()).environments()).isEqualTo(2);

        worker.gone(0);
        worker.gone(1);

        assertThat(placement.promised(worker.worker()).environments()).isZero();
        assertThat(manager.counts().environments()).isZero();
    }

    @Test
    void replacesAnEnvironmentThatDiedForWhoWaits() {
        idleEnvironments(MAIL, 2);
        acquire(MAIL);
        acquire(MAIL);
        var third = acquire(MAIL);
        assertThat(worker.started).hasSize(2);

        worker.gone(0);
        assertThat(worker.started).hasSize(3);
        worker.ready(2);

        assertThat(third.runsIn(worker, 2)).isTrue();
    }

    @Test
    void forgetsAnIdleEnvironmentThatDied() {
        idleEnvironments(MAIL, 2);

        worker.gone(1);

        assertThat(acquire(MAIL).runsIn(worker, 0)).isTrue();
        assertThat(acquire(MAIL).assignment()).isEmpty();
    }

    @Test
    void tellsWhoWaitsWhyTheFunctionCannotRun() {
        var first = acquire(MAIL);
        var second = acquire(MAIL);

        worker.gone(0, NO_RUNTIME);
        worker.gone(1, NO_RUNTIME);

        assertThat(first.failure()).contains(new Unavailable.NotRunnable(NO_RUNTIME));
        assertThat(second.failure()).contains(new Unavailable.NotRunnable(NO_RUNTIME));
        assertThat(worker.started).hasSize(2);
    }

    @Test
    void triesAgainWhenASandboxFailedAndThenSaysSo() {
        var request = acquire(MAIL);

        worker.gone(0, NO_SANDBOX);
        worker.gone(1);
        assertThat(request.failure()).isEmpty();
        worker.gone(2, NO_SANDBOX);

        assertThat(request.failure()).contains(new Unavailable.NotRunnable(NO_SANDBOX));
        assertThat(worker.started).hasSize(3);
        assertThat(placement.promised(worker.worker()).environments()).isZero();
    }

    @Test
    void stillServesFromBusyEnvironmentsWhenNoneCanBeMade() {
        idleEnvironments(MAIL, 1);
        acquire(MAIL);
        var second = acquire(MAIL);

        worker.gone(1, NO_RUNTIME);
        assertThat(second.failure()).isEmpty();
        worker.idle(0);

        assertThat(second.runsIn(worker, 0)).isTrue();
    }

    @Test
    void endsTheLongestIdleEnvironmentOfOthersToMakeRoom() {
        idleEnvironments(MAIL, 1);
        clock.advance(Duration.ofSeconds(1));
        idleEnvironments(SEARCH, 1);

        var request = acquire(Functions.latest("orders"));
        assertThat(worker.retired).containsExactly(worker.environment(0));
        worker.gone(0);
        worker.ready(2);

        assertThat(request.runsIn(worker, 2)).isTrue();
        assertThat(manager.counts().evicted()).isEqualTo(1);
    }

    @Test
    void endsAsManyAsALargeEnvironmentNeeds() {
        idleEnvironments(MAIL, 2);

        acquire(Functions.sized("large", 256));
        assertThat(worker.retired).hasSize(2);
        worker.gone(0);
        worker.gone(1);

        assertThat(worker.started).hasSize(3);
    }

    @Test
    void waitsForRoomWhenEverythingIsBusyAndTakesItFromWhoeverComesFree() {
        idleEnvironments(MAIL, 2);
        acquire(MAIL);
        acquire(MAIL);
        var request = acquire(SEARCH);
        assertThat(worker.retired).isEmpty();

        worker.idle(0);
        assertThat(worker.retired).containsExactly(worker.environment(0));
        worker.gone(0);
        worker.ready(2);

        assertThat(request.runsIn(worker, 2)).isTrue();
    }

    @Test
    void makesNoRoomForWhoHasGivenUp() {
        idleEnvironments(MAIL, 2);
        acquire(MAIL);
        acquire(MAIL);
        var search = acquire(SEARCH);

        manager.withdraw(SEARCH, null, search);
        worker.idle(0);
        worker.idle(1);

        assertThat(worker.retired).isEmpty();
        assertThat(search.assignment()).isEmpty();
        assertThat(manager.counts().waiting()).isZero();
    }

    @Test
    void throttlesWhoFoundNoRoomInTime() {
        idleEnvironments(MAIL, 2);
        acquire(MAIL);
        acquire(MAIL);
        var request = acquire(SEARCH);

        clock.advance(CONFIG.capacityWait().minusMillis(1));
        manager.sweep();
        assertThat(request.failure()).isEmpty();
        clock.advance(Duration.ofMillis(1));
        manager.sweep();

        assertThat(request.failure()).contains(new Unavailable.NoCapacity());
        assertThat(manager.counts().waiting()).isZero();
    }

    @Test
    void looksForRoomAgainWhenAWorkerWasAdded() {
        placement.drain(worker.worker());
        var request = acquire(MAIL);
        var second = new FakeWorker("second", 256, 2000, 10);

        join(second);
        manager.sweep();
        second.ready(0);

        assertThat(request.runsIn(second, 0)).isTrue();
    }

    @Test
    void saysAtOnceThatAFunctionIsTooLarge() {
        assertThat(acquire(Functions.sized("huge", 257)).failure()).contains(new Unavailable.TooLarge());
    }

    @Test
    void givesUpOnAnEnvironmentThatIsNeverReady() {
        var request = acquire(MAIL);

        clock.advance(CONFIG.waitLimit());
        manager.sweep();

        assertThat(request.failure()).contains(new Unavailable.TooLate());
        worker.ready(0);
        assertThat(acquire(MAIL).runsIn(worker, 0)).isTrue();
    }

    @Test
    void usesAnEnvironmentNoMoreWhoseReservationWasRefused() {
        idleEnvironments(MAIL, 1);
        var reservation = acquire(MAIL).assignment().orElseThrow().reservation();

        manager.refused(reservation);
        manager.refused(reservation);

        assertThat(worker.retired).containsExactly(worker.environment(0));
        assertThat(acquire(MAIL).assignment()).isEmpty();
        worker.gone(0);
        assertThat(manager.counts().retiring()).isZero();
    }

    @Test
    void ignoresAnOldReservationsRefusal() {
        idleEnvironments(MAIL, 1);
        var earlier = acquire(MAIL).assignment().orElseThrow().reservation();
        worker.idle(0);
        acquire(MAIL);

        manager.refused(earlier);

        assertThat(worker.retired).isEmpty();
        assertThat(manager.counts().busy()).isEqualTo(1);
    }

    @Test
    void ignoresWhatAWorkerSaysTwiceOrTooLate() {
        idleEnvironments(MAIL, 1);
        worker.idle(0);
        worker.ready(0);
        assertThat(manager.counts().idle()).isEqualTo(1);

        worker.gone(0);
        worker.gone(0);
        worker.idle(0);

        assertThat(manager.counts().environments()).isZero();
        assertThat(placement.promised(worker.worker()).environments()).isZero();
    }

    @Test
    void failsWhoWaitsAndEndsEverythingWhenClosed() {
        idleEnvironments(MAIL, 1);
        acquire(MAIL);
        var waiting = acquire(MAIL);

        manager.close();
        worker.idle(0);
        worker.ready(1);

        assertThat(waiting.failure()).contains(new Unavailable.Closed());
        assertThat(acquire(SEARCH).failure()).contains(new Unavailable.Closed());
        assertThat(worker.retired).containsExactly(worker.environment(0), worker.environment(1));
    }

    @Test
    void looksForRoomElsewhereWhenAWorkerRefusesAStart() {
        var second = join(new FakeWorker("second", 256, 2000, 10));
        var request = acquire(MAIL);

        worker.refuseStart(0);
        assertThat(second.started).hasSize(1);
        second.ready(0);

        assertThat(request.runsIn(second, 0)).isTrue();
        assertThat(manager.counts().failedStarts()).isZero();
        assertThat(placement.promised(worker.worker()).environments()).isZero();
    }

    @Test
    void asksAWorkerThatRefusedAStartAgainOnlyWhenItReportsRoom() {
        acquire(MAIL);
        worker.refuseStart(0);
        manager.sweep();
        assertThat(worker.started).hasSize(1);

        placement.reported(worker.worker(), worker.report());
        manager.sweep();

        assertThat(worker.started).hasSize(2);
    }

    @Test
    void hasEnvironmentsEndedThatItDoesNotKnow() {
        var stray = EnvironmentId.of(1, 1, new ShardId(0));

        worker.tell(new EnvironmentEvent.Ready(stray));
        worker.tell(new EnvironmentEvent.Gone(stray, null));

        assertThat(worker.retired).containsExactly(stray);
    }

    @Test
    void makesEnvironmentsForWhoWaitsAgainSoonAfterStartsFailed() {
        oneEnvironmentOfAFunctionThatTakes(Duration.ofMillis(1));
        acquire(MAIL);
        acquire(MAIL);
        clock.advance(CONFIG.patience());
        alarms.ring();
        for (int i = 1; i <= CONFIG.failedStarts(); i++) {
            worker.gone(i, NO_SANDBOX);
        }
        worker.idle(0);
        worker.idle(0);
        int before = worker.started.size();
        clock.advance(Duration.ofMinutes(5));

        acquire(MAIL);
        var beside = acquire(MAIL);
        clock.advance(CONFIG.patience());
        alarms.ring();

        assertThat(worker.started).hasSize(before + 1);
        worker.ready(before);
        assertThat(beside.runsIn(worker, before)).isTrue();
    }

    @Test
    void triesAgainByItselfForWhoWaitsWhenThePauseAfterAFailureIsOver() {
        oneEnvironmentOfAFunctionThatTakes(Duration.ofMillis(1));
        acquire(MAIL);
        var second = acquire(MAIL);
        clock.advance(CONFIG.patience());
        alarms.ring();
        for (int i = 1; i <= CONFIG.failedStarts(); i++) {
            worker.gone(i, NO_SANDBOX);
        }
        int before = worker.started.size();
        manager.sweep();
        assertThat(worker.started).hasSize(before);

        clock.advance(Duration.ofSeconds(1));
        manager.sweep();
        worker.ready(before);

        assertThat(second.runsIn(worker, before)).isTrue();
    }

    @Test
    void endsTheEnvironmentAndTellsWhoWaitsWhenServingThrows() {
        idleEnvironments(MAIL, 1);
        var failed = new ArrayList<Unavailable>();

        manager.acquire(MAIL, null, new Waiter() {
            @Override
            public void served(Assignment assignment) {
                throw new StackOverflowError("served");
            }

            @Override
            public void failed(Unavailable why) {
                failed.add(why);
            }
        });

        assertThat(failed).singleElement().isEqualTo(new Unavailable.Defect());
        assertThat(worker.retired).containsExactly(worker.environment(0));
        assertThat(manager.counts().busy()).isZero();
        assertThat(defects()).isEqualTo(1);
    }

    @Test
    void tellsWhoWaitsAndGivesTheSlotBackWhenAWorkerCannotBeTold() {
        links.add(new WorkerLink() {
            @Override
            public WorkerId worker() {
                return worker.worker();
            }

            @Override
            public void send(WorkerCommand command) {
                throw new OutOfMemoryError("direct memory");
            }
        });

        var request = acquire(MAIL);

        assertThat(request.failure()).isPresent();
        assertThat(placement.promised(worker.worker()).environments()).isZero();
        assertThat(manager.counts().environments()).isZero();
        assertThat(defects()).isEqualTo(CONFIG.failedStarts());
    }

    @Test
    void answersAndGoesOnWhenTheClockThrowsInAnyDecision() {
        idleEnvironments(MAIL, 1);
        clock.failNext();
        assertThat(acquire(MAIL).failure()).isPresent();
        clock.failNext();
        manager.sweep();

        assertThat(acquire(MAIL).runsIn(worker, 0)).isTrue();
        assertThat(manager.counts().waiting()).isZero();
        assertThat(defects()).isEqualTo(2);
    }

    private long defects() {
        return meter.told.stream().filter("defect"::equals).count();
    }

    private FakeWorker join(FakeWorker joining) {
        return joining.join(links, placement, (from, event) -> manager.happened(from, (EnvironmentEvent) event));
    }

    private Request acquire(FunctionVersion version) {
        return acquire(version, null);
    }

    private Request acquire(FunctionVersion version, @Nullable String tenant) {
        var request = new Request(worker);
        manager.acquire(version, tenant, request);
        return request;
    }

    @Test
    void doesWhatADecisionHadFoundBeforeItThrew() {
        idleEnvironments(MAIL, 1);
        acquire(MAIL);
        acquire(MAIL);
        acquire(MAIL);
        assertThat(worker.started).hasSize(2);

        nameless = true;
        worker.gone(0);
        nameless = false;

        assertThat(placement.promised(worker.worker()).environments()).isEqualTo(1);
        manager.sweep();
        assertThat(worker.started).hasSize(3);
    }

    private EnvironmentId name(ShardId shard) {
        if (nameless) {
            throw new IllegalStateException("No name can be found");
        }
        return EnvironmentId.of(0, ids.incrementAndGet(), shard);
    }

    private void oneEnvironmentOfAFunctionThatTakes(Duration time) {
        acquire(MAIL);
        clock.advance(Duration.ofSeconds(1));
        worker.ready(0);
        clock.advance(time);
        worker.idle(0);
    }

    /// Makes environments that become idle one after the other, numbered by `FakeWorker` in the order of their start.
    private void idleEnvironments(FunctionVersion version, int count) {
        var first = worker.started.size();
        for (int i = 0; i < count; i++) {
            acquire(version);
        }
        for (int i = 0; i < count; i++) {
            worker.ready(first + i);
        }
        for (int i = 0; i < count; i++) {
            worker.idle(first + i);
        }
    }
}
