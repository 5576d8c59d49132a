package hearth.invoke.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Alarms;
import hearth.invoke.EventRouter;
import hearth.invoke.FakeWorker;
import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.RecordedMeter;
import hearth.invoke.RecordedOutcomes;
import hearth.invoke.counting.Admission;
import hearth.invoke.counting.CountingService;
import hearth.invoke.counting.FunctionLimits;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.invoke.metering.GuardedMeter;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workermanager.Environments;
import hearth.invoke.workermanager.Unavailable;
import hearth.invoke.workermanager.Waiter;
import hearth.invoke.workermanager.WorkerManager;
import hearth.invoke.workermanager.WorkerManagerConfig;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.InvocationOutcome.Streamed;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.Reservation;
import hearth.model.worker.WorkerCommand;
import hearth.model.worker.WorkerId;
import hearth.model.worker.WorkerLink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrontendTest {
    private static final FunctionVersion MAIL = Functions.latest("mail");

    private final ManualClock clock = new ManualClock();
    private final FakeWorker worker = new FakeWorker();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final CountingService counting = new CountingService(2);
    private final PlacementService placement = new PlacementService(PlacementConfig.DEFAULT, clock);
    private final WorkerLinks links = new WorkerLinks();
    private final RecordedMeter meter = new RecordedMeter();
    private final WorkerManager workerManager = new WorkerManager(
            WorkerManagerConfig.DEFAULT,
            placement,
            links,
            1,
            clock,
            new Alarms()::set,
            shard -> EnvironmentId.of(0, ids.incrementAndGet(), shard),
            meter);
    private Frontend frontend = frontend(meter);

    @BeforeEach
    void oneWorker() {
        worker.join(links, placement, new EventRouter(frontend, workerManager, placement, counting));
    }

    private Frontend frontend(InvocationMeter meter) {
        return new Frontend(DispatchConfig.DEFAULT, counting, workerManager, links, meter, clock::nanos);
    }

    @Test
    void tellsWhatTheFunctionAnswered() {
        var told = run(MAIL);
        worker.ready(0);
        worker.end(new Answered(bytes("[1, 2]"), "text/plain", null));

        assertThat(told.outcome()).isInstanceOf(DispatchOutcome.Answered.class);
        assertThat(told.payload()).isEqualTo("[1, 2]");
        assertThat(running()).isZero();
        assertThat(meter.told).containsExactly("mail assigned", "mail initialized in PT0S", "mail ended Answered");
    }

    @Test
    void hasAnIdleEnvironmentRunItAtOnce() {
        warm();

        run(MAIL);

        assertThat(worker.running).hasSize(1);
        assertThat(running()).isOne();
    }

    @Test
    void tellsOfAFunctionsError() {
        warm();
        var told = run(MAIL);
        worker.end(new Failed(bytes("{\"errorType\":\"E\"}"), Failed.UNHANDLED, bytes("the log")));

        assertThat(told.payload()).isEqualTo("{\"errorType\":\"E\"}");
        assertThat(((DispatchOutcome.FunctionError) told.outcome()).error()).isEqualTo("Unhandled");
        assertThat(((DispatchOutcome.Ran) told.outcome()).logTail()).asString().isEqualTo("the log");
    }

    @Test
    void passesAnAnswerOnPieceByPiece() {
        warm();
        var told = stream();

        worker.begin("text/plain");
        worker.piece(1, "one");
        assertThat(told.contentType()).isEqualTo("text/plain");
        assertThat(running()).isOne();
        worker.piece(2, "two");
        worker.end(new Streamed(bytes("the log")));

        assertThat(told.pieces()).containsExactly("one", "two");
        assertThat(told.outcome()).isInstanceOf(DispatchOutcome.Streamed.class);
        assertThat(running()).isZero();
    }

    @Test
    void passesEachPieceOnOnceThoughMessagesComeTwiceAndOvertakeEachOther() {
        warm();
        var told = stream();

        worker.piece(1, "one");
        worker.begin("text/plain");
        worker.begin("text/plain");
        worker.piece(1, "one");
        worker.piece(2, "two");
        worker.piece(1, "one");
        worker.end(new Streamed(null));

        assertThat(told.pieces()).containsExactly("one", "two");
        assertThat(worker.credits.stream().map(WorkerCommand.Credit::pieces)).containsExactly(1L, 2L);
    }

    @Test
    void doesNotKeepAFunctionWaitingThatAnswersNobody() {
        warm();
        stream();
        worker.begin("text/plain");
        var running = worker.running.getFirst();
        worker.end(new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "gone"));

        worker.tell(
                new InvocationProgress.Piece(running.invocation().requestId(), running.reservation(), 1, bytes("one")));

        assertThat(worker.credits).hasSize(1);
    }

    @Test
    void hearsNothingOfAnEarlierAttempt() {
        warm();
        var told = run(MAIL);
        var first = worker.running.getFirst();
        worker.end(new Refused("the environment is gone"));
        worker.ready(1);

        worker.end(first, new Refused("the environment is gone"));
        assertThat(worker.running).hasSize(1);
        worker.end(new Answered(bytes("1"), "application/json", null));

        assertThat(told.payload()).isEqualTo("1");
    }

    @Test
    void endsAnAnswerThatWasBegunThoughTheWorkerFails() {
        warm();
        var told = stream();
        worker.begin("text/plain");
        var why = new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "gone");
        worker.end(why);

        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.NotRunnable(why));
    }

    @Test
    void throttlesAboveTheAccountsLimit() {
        warm();
        run(MAIL);
        run(MAIL);

        assertThat(run(MAIL).outcome())
                .isEqualTo(new DispatchOutcome.Throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        assertThat(meter.told).endsWith("mail throttled ConcurrentInvocationLimitExceeded");
        assertThat(running()).isEqualTo(2);
    }

    @Test
    void triesAnotherEnvironmentWhenOneRefuses() {
        warm();
        var told = run(MAIL);

        worker.end(new Refused("the environment is gone"));
        assertThat(worker.retired).containsExactly(worker.environment(0));
        worker.ready(1);
        worker.end(new Answered(bytes("1"), "application/json", null));

        assertThat(told.payload()).isEqualTo("1");
        assertThat(running()).isZero();
    }

    @Test
    void givesUpWhenEveryEnvironmentRefuses() {
        var told = run(MAIL);
        for (int i = 0; i < 4; i++) {
            assertThat(told.isEnded()).isFalse();
            worker.ready(i);
            worker.end(new Refused("no"));
        }

        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.REFUSED));
        assertThat(running()).isZero();
    }

    @Test
    void saysWhyNoEnvironmentCouldBeMade() {
        var told = run(MAIL);
        var why = new NotRunnable(NotRunnable.Cause.RUNTIME_MISSING, "Install python3.13");
        worker.gone(0, why);

        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.NotRunnable(why));
        assertThat(running()).isZero();
    }

    @Test
    void saysThatNoWorkerHadRoomForLong() {
        placement.drain(worker.worker());
        var told = run(MAIL);

        clock.advance(WorkerManagerConfig.DEFAULT.capacityWait());
        workerManager.sweep();

        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.NO_CAPACITY));
        assertThat(meter.told).endsWith("mail throttled ConcurrentInvocationLimitExceeded");
        assertThat(running()).isZero();
    }

    @Test
    void tellsOneOutcomeThoughAWorkerSpeaksTwice() {
        warm();
        var told = run(MAIL);
        var invocation = worker.running.getFirst();

        worker.end(invocation, new Answered(bytes("1"), "application/json", null));
        worker.end(invocation, new Failed(bytes("2"), Failed.UNHANDLED, null));
        worker.end(invocation, new Refused("no"));

        assertThat(told.payload()).isEqualTo("1");
        assertThat(workerManager.counts().waiting()).isZero();
    }

    @Test
    void runsNoTwoInvocationsUnderOneRequestId() {
        warm();
        var invocation = invocation("the same", false);
        var first = run(MAIL, invocation);

        var second = run(MAIL, invocation);

        assertThat(second.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.SAME_ID));
        assertThat(running()).isOne();
        worker.end(new Answered(bytes("1"), "application/json", null));
        assertThat(first.payload()).isEqualTo("1");
        assertThat(running()).isZero();
    }

    @Test
    void endsAnInvocationThatItsWorkerNeverAnswers() {
        warm();
        var told = run(MAIL);
        var lost = worker.running.getFirst();

        clock.advance(limit().minusMillis(1));
        frontend.sweep();
        assertThat(told.isEnded()).isFalse();
        assertThat(running()).isOne();
        clock.advance(Duration.ofMillis(1));
        frontend.sweep();

        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.NO_ANSWER));
        assertThat(running()).isZero();
        assertThat(worker.retired).containsExactly(worker.environment(0));
        worker.end(lost, new Answered(bytes("late"), "application/json", null));
        assertThat(frontend.running()).isZero();
    }

    @Test
    void endsAStreamThatItsWorkerNeverEnds() {
        warm();
        var told = stream();
        worker.begin("text/plain");
        worker.piece(1, "one");

        clock.advance(limit());
        frontend.sweep();
        worker.piece(2, "two");

        assertThat(told.pieces()).containsExactly("one");
        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.NO_ANSWER));
        assertThat(worker.credits)
                .as("Both are taken, so that the function need not wait")
                .hasSize(2);
        assertThat(running()).isZero();
    }

    @Test
    void countsTheTimeOfAnInvocationFromWhenItGotItsEnvironment() {
        var told = run(MAIL);
        clock.advance(Dispatch.AMPLE_PATIENCE.minusSeconds(1));
        worker.ready(0);

        clock.advance(Duration.ofSeconds(2));
        frontend.sweep();
        assertThat(told.isEnded()).isFalse();

        worker.end(new Answered(bytes("1"), "application/json", null));
        assertThat(told.payload()).isEqualTo("1");
    }

    @Test
    void waitsNoLongerForAnEnvironmentThanItsCallerWouldAndLeavesItToOthersIfItComesLate() {
        var told = new RecordedOutcomes();
        frontend.run(MAIL, invocation("impatient", false), Duration.ofSeconds(1), told);

        clock.advance(Duration.ofSeconds(1));
        frontend.sweep();
        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.NOT_READY));
        assertThat(running()).isZero();
        worker.ready(0);

        assertThat(worker.running).isEmpty();
        assertThat(worker.retired).isEmpty();
        run(MAIL);
        assertThat(worker.running).hasSize(1);
        assertThat(worker.started).hasSize(1);
    }

    @Test
    void doesNotAskTheWallClockForHowLongAnInvocationRuns() {
        warm();
        var told = run(MAIL);

        clock.step(Duration.ofDays(1));
        frontend.sweep();
        clock.step(Duration.ofDays(-2));
        frontend.sweep();
        assertThat(told.isEnded()).isFalse();

        clock.advance(limit());
        frontend.sweep();
        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.NO_ANSWER));
    }

    @Test
    void countsNothingMoreThoughItsListenerFails() {
        warm();
        frontend.run(MAIL, invocation("id", false), Dispatch.AMPLE_PATIENCE, _ -> {
            throw new StackOverflowError("A test asked for it");
        });
        assertThat(running()).isEqualTo(1);

        worker.end(new Answered(bytes("1"), "application/json", null));

        assertThat(running()).isZero();
        assertThat(frontend.running()).isZero();
        assertThat(meter.told).endsWith("mail ended Answered", "defect");
        worker.idle(0);
        assertThat(worker.retired).as("The environment is well").isEmpty();
    }

    @Test
    void countsNothingMoreThoughItsListenerFailsWhenItIsThrottled() {
        placement.drain(worker.worker());
        frontend.run(MAIL, invocation("id", false), Dispatch.AMPLE_PATIENCE, _ -> {
            throw new IllegalStateException("A test asked for it");
        });

        clock.advance(WorkerManagerConfig.DEFAULT.capacityWait());
        workerManager.sweep();

        assertThat(running()).isZero();
        assertThat(meter.told).endsWith("defect");
    }

    @Test
    void endsAnInvocationWhoseStreamCannotBegin() {
        warm();
        var outcomes = new ArrayList<DispatchOutcome>();
        // It has no place for pieces.
        frontend.run(MAIL, invocation("id", true), Dispatch.AMPLE_PATIENCE, outcomes::add);

        worker.begin("text/plain");

        assertThat(outcomes).containsExactly(new DispatchOutcome.Unavailable(Reason.DEFECT));
        assertThat(worker.retired).containsExactly(worker.environment(0));
        assertThat(running()).isZero();
        worker.piece(1, "one");
        assertThat(worker.credits).hasSize(1);
    }

    @Test
    void endsAnInvocationWhoseStreamFails() {
        warm();
        var outcomes = new ArrayList<DispatchOutcome>();
        frontend.run(MAIL, invocation("id", true), Dispatch.AMPLE_PATIENCE, new DispatchListener() {
            @Override
            public void ended(DispatchOutcome outcome) {
                outcomes.add(outcome);
            }

            @Override
            public AnswerStream begins(String contentType) {
                return (_, _) -> {
                    throw new OutOfMemoryError("Direct buffer memory");
                };
            }
        });

        worker.begin("text/plain");
        worker.piece(1, "one");

        assertThat(outcomes).containsExactly(new DispatchOutcome.Unavailable(Reason.DEFECT));
        assertThat(worker.retired).containsExactly(worker.environment(0));
        assertThat(running()).isZero();
    }

    @Test
    void endsAnInvocationThatCannotBeSent() {
        warm();
        links.add(new WorkerLink() {
            @Override
            public WorkerId worker() {
                return worker.worker();
            }

            @Override
            public void send(WorkerCommand command) {
                if (command instanceof WorkerCommand.Invoke) {
                    throw new OutOfMemoryError("Direct buffer memory");
                }
                worker.send(command);
            }
        });

        var told = run(MAIL);

        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.DEFECT));
        assertThat(worker.retired).containsExactly(worker.environment(0));
        assertThat(running()).isZero();
        assertThat(meter.told).endsWith("defect");
    }

    @Test
    void endsAnInvocationForWhichNoEnvironmentCanBeAsked() {
        // The id of an environment cannot be made.
        var failing = new WorkerManager(
                WorkerManagerConfig.DEFAULT,
                placement,
                links,
                1,
                clock,
                new Alarms()::set,
                _ -> {
                    throw new StackOverflowError("A test asked for it");
                },
                meter);
        var told = new RecordedOutcomes();

        new Frontend(DispatchConfig.DEFAULT, counting, failing, links, meter, clock::nanos)
                .run(MAIL, invocation("id", false), Dispatch.AMPLE_PATIENCE, told);

        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.DEFECT));
        assertThat(running()).isZero();
        assertThat(meter.told).contains("defect");
    }

    @Test
    void isAdmittedAnewWhenItsMemberWasTakenOutOfTheCluster() {
        var waiting = new ArrayList<Waiter>();
        var asked = new Environments() {
            @Override
            public void acquire(FunctionVersion version, @Nullable String tenant, Waiter waiter) {
                waiting.add(waiter);
            }

            @Override
            public void withdraw(FunctionVersion version, @Nullable String tenant, Waiter waiter) {}

            @Override
            public void refused(Reservation reservation) {}

            @Override
            public void unused(Reservation reservation, boolean unreachable) {}
        };
        var told = new RecordedOutcomes();
        var parted = new Frontend(DispatchConfig.DEFAULT, counting, asked, links, meter, clock::nanos);
        parted.run(MAIL, invocation("id", false), Dispatch.AMPLE_PATIENCE, told);
        var other = counting.admit(MAIL, 1);

        waiting.removeFirst().failed(new Unavailable.Parted());

        assertThat(waiting).hasSize(1);
        assertThat(running()).isEqualTo(2);
        assertThat(parted.running()).isOne();
        var _ = counting.admit(MAIL, 1);
        ((Admission.Admitted) other).lease().close();
        counting.limit(MAIL.function(), new FunctionLimits(OptionalInt.of(0), Map.of()));
        waiting.removeFirst().failed(new Unavailable.Parted());
        assertThat(told.outcome()).isInstanceOf(DispatchOutcome.Throttled.class);
        assertThat(running()).isZero();
        assertThat(parted.running()).isZero();
    }

    @Test
    void doesNotMindAMeterThatFails() {
        var counted = new AtomicLong();
        frontend = frontend(new GuardedMeter(new InvocationMeter() {
            @Override
            public void throttled(FunctionId function, ThrottleReason reason) {
                throw new IllegalStateException("A test asked for it");
            }

            @Override
            public void assigned(FunctionId function, long waitedNanos) {
                throw new StackOverflowError("A test asked for it");
            }

            @Override
            public void ended(FunctionVersion function, InvocationOutcome outcome, long nanos) {
                throw new IllegalStateException("A test asked for it");
            }

            @Override
            public void defect() {
                counted.incrementAndGet();
                throw new IllegalStateException("A test asked for it");
            }
        }));
        worker.connect(new EventRouter(frontend, workerManager, placement, counting));

        var told = run(MAIL);
        var second = run(MAIL);
        assertThat(run(MAIL).outcome()).isInstanceOf(DispatchOutcome.Throttled.class);
        worker.ready(0);
        worker.end(new Answered(bytes("1"), "application/json", null));
        worker.ready(1);
        worker.end(new Answered(bytes("2"), "application/json", null));

        assertThat(told.payload()).isEqualTo("1");
        assertThat(second.payload()).isEqualTo("2");
        assertThat(running()).isZero();
        assertThat(counted).hasValue(5);
    }

    /// Leaves the function with one idle environment.
    private void warm() {
        var told = run(MAIL);
        worker.ready(0);
        worker.end(new Answered(bytes("0"), "application/json", null));
        worker.idle(0);
        assertThat(told.payload()).isEqualTo("0");
    }

    private static Duration limit() {
        return DispatchConfig.DEFAULT.limit(MAIL);
    }

    private RecordedOutcomes run(FunctionVersion version) {
        return run(version, invocation("request-" + requests.incrementAndGet(), false));
    }

    private RecordedOutcomes stream() {
        return run(MAIL, invocation("request-" + requests.incrementAndGet(), true));
    }

    private RecordedOutcomes run(FunctionVersion version, Invocation invocation) {
        var told = new RecordedOutcomes();
        frontend.run(version, invocation, Dispatch.AMPLE_PATIENCE, told);
        return told;
    }

    private Invocation invocation(String requestId, boolean streams) {
        return new Invocation(
                requestId, MAIL.function().arn(), bytes("{}"), null, null, "Root=1", clock.instant(), true, streams);
    }

    private int running() {
        return counting.running(Functions.ACCOUNT, Functions.REGION);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
