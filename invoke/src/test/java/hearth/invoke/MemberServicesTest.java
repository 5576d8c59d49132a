package hearth.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.invoke.counting.CountingService;
import hearth.invoke.frontend.Dispatch;
import hearth.invoke.metering.InvocationMeter;
import hearth.invoke.shards.ShardAnswer;
import hearth.invoke.shards.ShardRequest;
import hearth.invoke.shards.ShardTransport;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.Routing;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.MemberId;
import hearth.model.worker.Report.Phase;
import hearth.model.worker.Report.ReportedEnvironment;
import hearth.model.worker.ShardEvent.HeldEnvironment;
import hearth.model.worker.ShardId;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The services of a member of a cluster, put together.
class MemberServicesTest {
    private static final FunctionVersion MAIL = Functions.latest("mail", 2);
    private static final ShardId SHARD = ShardId.of(MAIL.function());

    private final List<ShardRequest> requests = new ArrayList<>();
    private final Map<FunctionId, Map<FunctionVersion, Integer>> provisioned = new HashMap<>();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final CountingService counting = new CountingService(10);
    private final FakeWorker worker = new FakeWorker();
    private final InvokeServices services = new InvokeServices(
            InvokeConfig.DEFAULT,
            List.of(),
            (_, _) -> Optional.of(Routing.to(MAIL)),
            function -> provisioned.getOrDefault(function, Map.of()),
            Runnable::run,
            scheduler,
            System::nanoTime,
            new SecureRandom(),
            InvocationMeter.NONE,
            new Membership(
                    new MemberId("one"),
                    new ShardTransport() {
                        @Override
                        public void toShard(ShardRequest request) {
                            requests.add(request);
                        }

                        @Override
                        public void toMember(MemberId member, ShardAnswer answer) {
                            throw new AssertionError("Nobody asked");
                        }
                    },
                    counting,
                    provisioned::keySet));

    MemberServicesTest() {
        worker.connect(services.events());
        services.joined(worker, "a", true);
        worker.tell(worker.report());
    }

    @AfterEach
    void stop() {
        services.close();
        scheduler.shutdownNow();
    }

    private RecordedOutcomes invoke() {
        var told = new RecordedOutcomes();
        var invocation = new Invocation(
                "request", MAIL.function().arn(), new byte[0], null, null, "", Instant.EPOCH, false, false);
        services.dispatch().run(MAIL, invocation, Dispatch.AMPLE_PATIENCE, told);
        return told;
    }

    private void hold(FunctionVersion version, InitializationType type) {
        var id = EnvironmentId.of(7, worker.held.size(), ShardId.of(version.function()));
        worker.held.add(new HeldEnvironment(
                new EnvironmentSpec(id, version, null, type),
                new ReportedEnvironment(id, Phase.IDLE, 3),
                Duration.ofSeconds(2)));
    }

    @Test
    void asksTheOwnerOfAFunctionThatItDoesNotLookAfter() {
        invoke();

        assertThat(requests).singleElement().isInstanceOf(ShardRequest.Acquire.class);
        assertThat(worker.started).isEmpty();
        assertThat(counting.running(Functions.ACCOUNT, Functions.REGION)).isEqualTo(1);
    }

    @Test
    void runsAFunctionInAnEnvironmentThatAnotherMemberHasLeft() {
        hold(MAIL, InitializationType.ON_DEMAND);
        services.shards().begin(SHARD);

        var told = invoke();
        assertThat(worker.running)
                .singleElement()
                .satisfies(running -> assertThat(running.reservation().number()).isEqualTo(4));
        worker.end(new Answered("1".getBytes(StandardCharsets.UTF_8), "application/json", null));

        assertThat(told.payload()).isEqualTo("1");
        assertThat(requests).isEmpty();
    }

    @Test
    void endsEnvironmentsOfFunctionsThatHaveChangedMeanwhile() {
        hold(Functions.latest("mail", 1), InitializationType.ON_DEMAND);
        hold(MAIL, InitializationType.ON_DEMAND);

        services.shards().begin(SHARD);

        assertThat(worker.retired).containsExactly(worker.held.getFirst().spec().id());
    }

    @Test
    void keepsInitialisedWhatIsProvisionedInItsShardsAlone() {
        var elsewhere = Functions.latest("search");
        provisioned.put(MAIL.function(), Map.of(MAIL, 2));
        provisioned.put(elsewhere.function(), Map.of(elsewhere, 2));
        hold(MAIL, InitializationType.PROVISIONED_CONCURRENCY);
        assertThat(ShardId.of(elsewhere.function())).isNotEqualTo(SHARD);

        services.shards().begin(SHARD);

        assertThat(worker.started).singleElement().satisfies(spec -> assertThat(spec.function())
                .isEqualTo(MAIL));
        assertThat(services.provisioned().provisioned(MAIL.function(), MAIL.version()))
                .satisfies(state -> assertThat(state.wanted()).isEqualTo(2))
                .satisfies(state -> assertThat(state.ready()).isEqualTo(1));
    }

    @Test
    void endsWhatIsNotProvisionedAnyMore() {
        hold(MAIL, InitializationType.PROVISIONED_CONCURRENCY);

        services.shards().begin(SHARD);

        assertThat(worker.retired).hasSize(1);
    }

    @Test
    void leavesItsEnvironmentsToTheNextOwner() {
        hold(MAIL, InitializationType.ON_DEMAND);
        services.shards().begin(SHARD);

        services.shards().end(SHARD);
        invoke();

        assertThat(worker.retired).isEmpty();
        assertThat(services.placement().promised(worker.worker()).environments())
                .isZero();
        assertThat(requests).hasSize(1);
    }

    @Test
    void hasNoShardsWithoutACluster() {
        var alone = new InvokeServices(
                InvokeConfig.DEFAULT,
                List.of(),
                (_, _) -> Optional.empty(),
                _ -> Map.of(),
                Runnable::run,
                scheduler,
                System::nanoTime,
                new SecureRandom(),
                InvocationMeter.NONE);

        assertThatThrownBy(alone::shards).isInstanceOf(IllegalStateException.class);
        alone.close();
    }
}
