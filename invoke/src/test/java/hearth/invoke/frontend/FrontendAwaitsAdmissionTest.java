package hearth.invoke.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Alarms;
import hearth.invoke.EventRouter;
import hearth.invoke.FakeWorker;
import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.RecordedMeter;
import hearth.invoke.RecordedOutcomes;
import hearth.invoke.counting.Admission.Throttled;
import hearth.invoke.counting.Admission.Uncounted;
import hearth.invoke.counting.CountingService;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workermanager.WorkerManager;
import hearth.invoke.workermanager.WorkerManagerConfig;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.FunctionVersion;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Refused;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A Frontend whose admissions are decided elsewhere.
class FrontendAwaitsAdmissionTest {
    private static final FunctionVersion MAIL = Functions.latest("mail");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ManualClock clock = new ManualClock();
    private final FakeWorker worker = new FakeWorker();
    private final AtomicLong ids = new AtomicLong();
    private final FakeAdmissions admissions = new FakeAdmissions();
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
    private final Frontend frontend =
            new Frontend(DispatchConfig.DEFAULT, admissions, workerManager, links, meter, clock::nanos);

    @BeforeEach
    void oneWorker() {
        worker.join(links, placement, new EventRouter(frontend, workerManager, placement, new CountingService(1)));
    }

    @Test
    void goesOnWhenTheAnswerIsThere() {
        var told = run("one");
        assertThat(told.isEnded()).isFalse();
        assertThat(frontend.running()).isOne();
        assertThat(workerManager.counts().waiting()).isZero();

        admissions.answers.getFirst().admit();
        worker.ready(0);
        worker.end(new Answered(bytes("1"), "application/json", null));

        assertThat(told.payload()).isEqualTo("1");
        assertThat(admissions.running).isZero();
        assertThat(frontend.running()).isZero();
    }

    @Test
    void tellsThatALimitIsReached() {
        var told = run("one");

        admissions
                .answers
                .getFirst()
                .decide(new Throttled(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED));

        assertThat(told.outcome())
                .isEqualTo(new DispatchOutcome.Throttled(
                        ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        assertThat(meter.told).containsExactly("mail throttled ReservedFunctionConcurrentInvocationLimitExceeded");
        assertThat(frontend.running()).isZero();
    }

    @Test
    void tellsThatNobodyCouldSayAndCountsNoThrottle() {
        var told = run("one");

        admissions.answers.getFirst().decide(new Uncounted());

        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.NOT_COUNTED));
        assertThat(meter.told).isEmpty();
        assertThat(frontend.running()).isZero();
    }

    @Test
    void withdrawsWhatNobodyAnswersWithinItsPatience() {
        var told = run("one");

        clock.advance(PATIENCE.minusMillis(1));
        frontend.sweep();
        assertThat(told.isEnded()).isFalse();
        clock.advance(Duration.ofMillis(1));
        frontend.sweep();

        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.NOT_COUNTED));
        assertThat(admissions.answers.getFirst().withdrawn).isTrue();
        assertThat(frontend.running()).isZero();
    }

    @Test
    void awaitsAnEnvironmentForAsLongAsItWouldHaveWithoutWaiting() {
        var told = run("one");
        clock.advance(PATIENCE.minusMillis(1));
        admissions.answers.getFirst().admit();

        clock.advance(PATIENCE.minusMillis(1));
        frontend.sweep();
        assertThat(told.isEnded()).isFalse();
        clock.advance(Duration.ofMillis(1));
        frontend.sweep();

        assertThat(told.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.NOT_READY));
        assertThat(admissions.running).isZero();
    }

    @Test
    void runsNoTwoUnderOneRequestIdThoughTheFirstIsNotAdmittedYet() {
        var first = run("the same");

        var second = run("the same");

        assertThat(second.outcome()).isEqualTo(new DispatchOutcome.Unavailable(Reason.SAME_ID));
        assertThat(admissions.answers.get(1).withdrawn).isTrue();
        assertThat(first.isEnded()).isFalse();
        assertThat(frontend.running()).isOne();
    }

    @Test
    void saysForHowLongAnInvocationKeepsItsLeaseAndKeepsItNoLonger() {
        var told = run("one");
        var hold = admissions.holds.getFirst();
        assertThat(hold).isEqualTo(PATIENCE.plus(DispatchConfig.DEFAULT.limit(MAIL)));
        admissions.answers.getFirst().admit();
        clock.advance(PATIENCE.minusMillis(1));
        worker.ready(0);

        clock.advance(Duration.ofMillis(1));
        worker.end(new Refused("the environment is gone"));

        assertThat(told.outcome())
                .as("Another would have its own time, and all together would be longer than was said")
                .isEqualTo(new DispatchOutcome.Unavailable(Reason.REFUSED));
        assertThat(admissions.running).isZero();
    }

    private RecordedOutcomes run(String requestId) {
        var told = new RecordedOutcomes();
        var invocation = new Invocation(
                requestId, MAIL.function().arn(), bytes("{}"), null, null, "Root=1", clock.instant(), true, false);
        frontend.run(MAIL, invocation, PATIENCE, told);
        return told;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
