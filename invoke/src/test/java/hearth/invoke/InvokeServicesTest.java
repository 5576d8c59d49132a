package hearth.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.frontend.Dispatch;
import hearth.invoke.frontend.Resolution;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.workermanager.WorkerManagerConfig;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.Routing;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.Answered;
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
            clock,
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
        assertThat(services.counting().running(Functions.ACCOUNT, Functions.REGION))
                .isZero();
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
        var late = new FakeWorker("late", 1024, 1000, 1);

        services.placement().add(late.worker());
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
    void namesEnvironmentsDifferently() {
        store.put(Functions.id("mail"), Functions.latest("mail"));
        invoke("mail");
        invoke("mail");

        assertThat(worker.environment(0)).isNotEqualTo(worker.environment(1));
    }

    private void idleEnvironment() {
        store.put(Functions.id("mail"), Functions.latest("mail"));
        invoke("mail");
        worker.ready(0);
        worker.end(new Answered(new byte[0], "application/json", null));
        worker.idle(0);
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
