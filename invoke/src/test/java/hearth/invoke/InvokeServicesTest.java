package hearth.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.Resolution;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.workermanager.WorkerManagerConfig;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.Routing;
import hearth.model.worker.InitializationType;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.Report;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvokeServicesTest {
    private @Nullable Resolution resolved;
    private int requests;
    private final ManualClock clock = new ManualClock();
    private final FakeWorker worker = new FakeWorker();
    private final Map<FunctionId, FunctionVersion> store = new ConcurrentHashMap<>();
    private final Map<FunctionId, Map<FunctionVersion, Integer>> provisioned = new ConcurrentHashMap<>();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final InvokeServices services = new InvokeServices(
            InvokeConfig.DEFAULT.withEnvironments(WorkerManagerConfig.DEFAULT.withIdleExpiry(Duration.ofMinutes(1))),
            List.of(worker),
            (function, _) -> Optional.ofNullable(store.get(function)).map(Routing::to),
            function -> provisioned.getOrDefault(function, Map.of()),
            Runnable::run,
            scheduler,
            System::nanoTime,
            new SecureRandom(),
            InvocationMeter.NONE);

    @BeforeEach
    void connect() {
        worker.connect(services.events());
        worker.tell(worker.report());
    }

    @AfterEach
    void stop() {
        services.close();
        scheduler.shutdownNow();
    }

    @Test
    void runsAFunction() {
        store.put(Functions.id("mail"), Functions.latest("mail"));
        var told = invoke("mail");
        worker.ready(0);
        worker.end(new Answered("1".getBytes(StandardCharsets.UTF_8), "application/json", null));

        assertThat(told.payload()).isEqualTo("1");
        assertThat(services.counting().running()).isZero();
    }

    @Test
    void endsOutdatedEnvironmentsWhenAFunctionChanged() {
        idleEnvironment();
        services.functionChanged(Functions.id("mail"));
        assertThat(worker.retired).isEmpty();

        store.put(Functions.id("mail"), Functions.latest("mail", 2));
        services.functionChanged(Functions.id("mail"));

        assertThat(worker.retired).containsExactly(worker.environment(0));
        invoke("mail");
        assertThat(worker.started.getLast().function().generation()).isEqualTo(2);
    }

    @Test
    void endsEnvironmentsWhenAFunctionIsDeleted() {
        idleEnvironment();
        store.clear();

        services.functionChanged(Functions.id("mail"));

        assertThat(worker.retired).containsExactly(worker.environment(0));
        invoke("mail");
        assertThat(resolved).isEqualTo(new Resolution.Missing());
    }

    @Test
    void sweepsByItself() {
        services.placement().drain(worker.worker());
        store.put(Functions.id("mail"), Functions.latest("mail"));
        invoke("mail");

        var late = new FakeWorker("late", 1024, 1000, 1).connect(services.events());

        // Told to the placement alone, so that nothing but a sweep finds the room.
        services.joined(late, "", true);
        services.placement().reported(late.worker(), late.report());

        Await.until(() -> services.workerManager().counts().starting() == 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void keepsEnvironmentsAndServesWhoWaitsWhenTheClockIsSet(int days) {
        idleEnvironment();
        var waiting = invoke("mail");
        worker.running.clear();
        var second = invoke("mail");

        clock.step(Duration.ofDays(days));
        services.workerManager().sweep();
        assertThat(second.isEnded()).isFalse();
        assertThat(worker.retired).isEmpty();
        Await.until(() -> worker.started.size() == 2);
        worker.ready(1);
        worker.end(new Answered("2".getBytes(StandardCharsets.UTF_8), "application/json", null));
        worker.idle(1);

        clock.step(Duration.ofDays(-days));
        services.workerManager().sweep();
        assertThat(second.payload()).isEqualTo("2");
        assertThat(waiting.isEnded()).isFalse();
        assertThat(worker.retired).isEmpty();
        assertThat(services.workerManager().counts().expired()).isZero();
    }

    @Test
    void endsWhatRunsOnAWorkerThatIsLostAndLooksForRoomElsewhere() {
        store.put(Functions.id("mail"), Functions.latest("mail"));
        lose(worker);
        var other = joined("host2", true);
        var told = invoke("mail");
        other.ready(0);
        assertThat(other.running).hasSize(1);
        var starting = invoke("mail");
        assertThat(other.started).hasSize(2);

        lose(other);

        assertThat(told.outcome())
                .isEqualTo(new DispatchOutcome.Unavailable(DispatchOutcome.Unavailable.Reason.WORKER_LOST));
        assertThat(starting.isEnded()).isFalse();
        var third = joined("host3", true);
        Await.until(() -> !third.started.isEmpty());
        third.ready(0);
        third.end(new Answered("1".getBytes(StandardCharsets.UTF_8), "application/json", null));
        assertThat(starting.payload()).isEqualTo("1");
        assertThat(services.counting().running()).isZero();
    }

    @Test
    void takesUpAgainWhatIsIdleOnAWorkerThatComesBack() {
        lose(worker);
        var other = joined("host2", true);
        idleEnvironment(other);
        lose(other);
        assertThat(services.workerManager().counts().idle()).isZero();

        services.joined(other, "", false);
        var idle = new Report.ReportedEnvironment(other.environment(0), Report.Phase.IDLE, 1);
        other.reported.add(idle);
        other.tell(other.report());

        assertThat(services.workerManager().counts().idle()).isEqualTo(1);
        invoke("mail");
        assertThat(other.running).hasSize(1);
        assertThat(other.started).hasSize(1);
    }

    @Test
    void forgetsWhatAWorkerHadThatComesBackAsAnotherProcess() {
        lose(worker);
        var before = joined("host2", true);
        idleEnvironment(before);
        lose(before);

        var after = joined("host2", true);
        invoke("mail");

        assertThat(after.running).isEmpty();
        assertThat(after.started).hasSize(1);
        assertThat(services.placement().promised(after.worker()).environments()).isEqualTo(1);
    }

    @Test
    void givesAWorkerThatLeavesNothingMoreAndLetsItFinish() {
        lose(worker);
        var leaving = joined("host2", true);
        var staying = joined("host3", true);
        idleEnvironment(leaving);
        var running = invoke("mail");
        assertThat(leaving.running).hasSize(1);

        services.leaving(leaving.worker());
        leaving.tell(leaving.report());
        var next = invoke("mail");

        Await.until(() -> staying.started.size() == 1);
        assertThat(leaving.started).hasSize(1);
        leaving.end(new Answered("1".getBytes(StandardCharsets.UTF_8), "application/json", null));
        assertThat(running.payload()).isEqualTo("1");
        assertThat(next.isEnded()).isFalse();
    }

    @Test
    void makesWhatIsProvisionedElsewhereAtOnceWhenAWorkerLeaves() {
        lose(worker);
        var leaving = joined("host2", true);
        var mail = Functions.latest("mail");
        provisioned.put(mail.function(), Map.of(mail, 1));
        services.provisioned().provisioningChanged(mail.function());
        leaving.ready(0);
        var staying = joined("host3", true);

        services.leaving(leaving.worker());

        assertThat(staying.started).singleElement().satisfies(spec -> assertThat(spec.initializationType())
                .isEqualTo(InitializationType.PROVISIONED_CONCURRENCY));
    }

    private void lose(FakeWorker lost) {
        services.unreachable(lost.worker());
        services.lost(lost.worker());
    }

    private FakeWorker joined(String id, boolean anew) {
        var joined = new FakeWorker(id, 4096, 4000, 100);
        joined.connect(services.events());
        services.joined(joined, "", anew);
        joined.tell(joined.report());
        return joined;
    }

    @Test
    void namesEnvironmentsDifferently() {
        store.put(Functions.id("mail"), Functions.latest("mail"));
        invoke("mail");
        invoke("mail");

        assertThat(worker.environment(0)).isNotEqualTo(worker.environment(1));
    }

    private void idleEnvironment() {
        idleEnvironment(worker);
    }

    private void idleEnvironment(FakeWorker on) {
        store.put(Functions.id("mail"), Functions.latest("mail"));
        invoke("mail");
        on.ready(0);
        on.end(new Answered(new byte[0], "application/json", null));
        on.idle(0);
    }

    private RecordedOutcomes invoke(String function) {
        var told = new RecordedOutcomes();
        services.resolver().resolve(Functions.id(function), FunctionId.LATEST, found -> {
            resolved = found;
            if (found instanceof Resolution.Resolved(var version, var _, var _)) {
                var id = "request-" + ++requests;
                var arn = version.function().arn();
                var invocation = new Invocation(id, arn, new byte[0], null, null, "", Instant.EPOCH, false, false);
                services.dispatch().run(version, invocation, Dispatch.AMPLE_PATIENCE, told);
            }
        });
        return told;
    }
}
