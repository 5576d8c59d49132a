package hearth.invoke.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.Alarms;
import hearth.invoke.EventRouter;
import hearth.invoke.FakeWorker;
import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.RecordedAnswers;
import hearth.invoke.RecordedMeter;
import hearth.invoke.counting.CountingService;
import hearth.invoke.placement.PlacementConfig;
import hearth.invoke.placement.PlacementService;
import hearth.invoke.workermanager.WorkerManager;
import hearth.invoke.workermanager.WorkerManagerConfig;
import hearth.invoke.workers.WorkerLinks;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.Routing;
import hearth.model.UnsupportedKind;
import hearth.model.api.ApiOperation;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.Answered;
import hearth.model.worker.InvocationOutcome.Failed;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.model.worker.InvocationOutcome.Refused;
import hearth.model.worker.InvocationOutcome.Streamed;
import hearth.model.worker.InvocationProgress;
import hearth.model.worker.WorkerCommand;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FrontendTest {
    private static final String ARN = "arn:aws:lambda:us-east-1:123456789012:function:";

    private static final AtomicLong REQUESTS = new AtomicLong();

    private final ManualClock clock = new ManualClock();
    private final QueuedExecutor background = new QueuedExecutor();
    private final Map<FunctionId, FunctionVersion> store = new HashMap<>();
    private final FakeWorker worker = new FakeWorker();
    private final AtomicLong ids = new AtomicLong();
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
            () -> EnvironmentId.of(0, ids.incrementAndGet()),
            meter);
    private final FunctionCache functions =
            new FunctionCache(FunctionCacheConfig.DEFAULT, this::read, background, clock);
    private final Frontend frontend =
            new Frontend(functions, counting, workerManager, links, background, clock, new Random(1), meter);

    @BeforeEach
    void oneWorkerAndOneFunction() {
        worker.join(links, placement, new EventRouter(frontend, workerManager, placement));
        store.put(Functions.id("mail"), Functions.latest("mail"));
    }

    @Test
    void answersWhatTheFunctionAnswered() {
        var answers = invoke(request("mail", "{\"a\":1}"));
        background.runAll();
        worker.ready(0);
        worker.end(new Answered(bytes("[1, 2]"), "text/plain", null));

        var response = answers.response();
        assertThat(response.status()).isEqualTo(200);
        assertThat(text(response.payload())).isEqualTo("[1, 2]");
        assertThat(response.contentType()).isEqualTo("application/json");
        assertThat(response.executedVersion()).isEqualTo("$LATEST");
        assertThat(response.functionError()).isNull();
        assertThat(response.logResult()).isNull();
        assertThat(running()).isZero();
        assertThat(meter.told).containsExactly("mail assigned", "mail initialized in PT0S", "mail ended Answered");
    }

    @Test
    void givesTheFunctionWhatTheCallerGave() {
        warm();

        invoke(new InvocationRequest(
                ApiOperation.INVOKE,
                Functions.ACCOUNT,
                Functions.REGION,
                "mail",
                "$LATEST",
                "RequestResponse",
                "Tail",
                "eyJhIjoxfQ==",
                "Root=1-2-3",
                null,
                bytes("{\"b\":2}"),
                "request-1"));

        var invocation = worker.running.getFirst().invocation();
        assertThat(invocation.requestId()).isEqualTo("request-1");
        assertThat(invocation.invokedArn()).isEqualTo(ARN + "mail:$LATEST");
        assertThat(text(invocation.payload())).isEqualTo("{\"b\":2}");
        assertThat(invocation.clientContext()).isEqualTo("{\"a\":1}");
        assertThat(invocation.traceHeader()).isEqualTo("Root=1-2-3");
        assertThat(invocation.received()).isEqualTo(clock.instant());
        assertThat(invocation.wantsLogTail()).isTrue();
    }

    @Test
    void runsAWarmFunctionOnTheCallersThread() {
        warm();

        invoke(request("mail", "{}"));

        assertThat(background.size()).isZero();
        assertThat(worker.running).hasSize(1);
    }

    @Test
    void givesAnEmptyObjectForAnEmptyBody() {
        warm();

        assertThat(text(runningInvocation(request("mail", "")).payload())).isEqualTo("{}");
    }

    @Test
    void tellsTheFunctionTheArnAsItWasAskedFor() {
        warm();

        assertThat(runningInvocation(request("mail", "{}")).invokedArn()).isEqualTo(ARN + "mail");
    }

    @Test
    void passesAFunctionsErrorOnWithStatus200() {
        warm();
        var answers = invoke(request("mail", "{}"));
        worker.end(new Failed(bytes("{\"errorType\":\"E\"}"), Failed.UNHANDLED, bytes("the log")));

        var response = answers.response();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.functionError()).isEqualTo("Unhandled");
        assertThat(response.logResult()).isEqualTo("dGhlIGxvZw==");
    }

    @Test
    void passesAnAnswerOnPieceByPiece() {
        warm();
        var answers = invoke(streamed("mail", "{}"));
        assertThat(worker.running.getFirst().invocation().streams()).isTrue();

        worker.begin("text/plain");
        worker.piece(1, "one");
        assertThat(answers.head().executedVersion()).isEqualTo("$LATEST");
        assertThat(running()).isOne();
        worker.piece(2, "two");
        worker.end(new Streamed(bytes("the log")));

        assertThat(answers.pieces()).containsExactly("one", "two");
        assertThat(answers.response().functionError()).isNull();
        assertThat(answers.response().logResult()).isEqualTo("dGhlIGxvZw==");
        assertThat(running()).isZero();
    }

    @Test
    void passesEachPieceOnOnceThoughMessagesComeTwiceAndOvertakeEachOther() {
        warm();
        var answers = invoke(streamed("mail", "{}"));

        worker.piece(1, "one");
        worker.begin("text/plain");
        worker.begin("text/plain");
        worker.piece(1, "one");
        worker.piece(2, "two");
        worker.piece(1, "one");
        worker.end(new Streamed(null));

        assertThat(answers.pieces()).containsExactly("one", "two");
        assertThat(worker.credits.stream().map(WorkerCommand.Credit::pieces)).containsExactly(1L, 2L);
    }

    @Test
    void doesNotKeepAFunctionWaitingThatAnswersNobody() {
        warm();
        invoke(streamed("mail", "{}"));
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
        var answers = invoke(request("mail", "{}"));
        var first = worker.running.getFirst();
        worker.end(new Refused("the environment is gone"));
        worker.ready(1);

        worker.end(first, new Refused("the environment is gone"));
        assertThat(worker.running).hasSize(1);
        worker.end(new Answered(bytes("1"), "application/json", null));

        assertThat(text(answers.response().payload())).isEqualTo("1");
    }

    @Test
    void endsAnAnswerThatWasBegunWithItsFailure() {
        warm();
        var answers = invoke(streamed("mail", "{}"));
        worker.begin("text/plain");
        worker.piece(1, "one");
        worker.end(new Failed(bytes("{}"), "Function.Late", null));

        assertThat(answers.pieces()).containsExactly("one");
        assertThat(answers.response().functionError()).isEqualTo("Function.Late");
        assertThat(text(answers.response().payload())).isEqualTo("{}");
    }

    @Test
    void endsAnAnswerThatWasBegunEvenWhenTheWorkerFails() {
        warm();
        var answers = invoke(streamed("mail", "{}"));
        worker.begin("text/plain");
        worker.end(new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "gone"));

        assertThat(answers.response().functionError()).isEqualTo("ServiceException");
        assertThat(text(answers.response().payload())).isEqualTo("gone");
    }

    @Test
    void givesAWholeAnswerToWhoeverWantedItInPieces() {
        warm();
        var answers = invoke(streamed("mail", "{}"));
        worker.end(new Answered(bytes("7"), "application/json", null));

        assertThat(text(answers.response().payload())).isEqualTo("7");
        assertThat(answers.pieces()).isEmpty();
    }

    @Test
    void streamsNoEvents() {
        var request = request(ApiOperation.INVOKE_WITH_RESPONSE_STREAM, "mail", "Event", null, "{}");

        assertThat(invoke(request).refusal().message())
                .isEqualTo("1 validation error detected: Value 'Event' at 'invocationType' failed to satisfy"
                        + " constraint: Member must satisfy enum value set: [RequestResponse, DryRun]");
    }

    @ParameterizedTest
    @CsvSource({
        "mail,{},NotImplementedException",
        "nothing,{},ResourceNotFoundException",
        "mail,{,InvalidRequestContentException"
    })
    void checksAnOldAsynchronousInvocationLikeAnyOther(String function, String payload, String error) {
        var answers = invoke(request(ApiOperation.INVOKE_ASYNC, function, null, null, payload));
        background.runAll();

        assertThat(answers.refusal().error().wireName()).isEqualTo(error);
        assertThat(worker.started).isEmpty();
    }

    @Test
    void checksWithoutRunningInADryRun() {
        var answers = invoke(typed("DryRun", "{}"));
        background.runAll();

        assertThat(answers.response().status()).isEqualTo(204);
        assertThat(answers.response().payload()).isEmpty();
        assertThat(worker.started).isEmpty();
    }

    @Test
    void saysThatEventsAreNotThereYet() {
        var answers = invoke(typed("Event", "{}"));
        background.runAll();
        var refusal = answers.refusal();

        assertThat(refusal.error()).isEqualTo(ApiError.NOT_IMPLEMENTED);
        assertThat(refusal.message()).contains("Event");
    }

    @Test
    void saysThatAKindOfFunctionIsNotThereYet() {
        store.put(Functions.id("boxed"), Functions.ofKind("boxed", UnsupportedKind.CONTAINER_IMAGE));

        var answers = invoke(request("boxed", "{}"));
        background.runAll();

        assertThat(answers.refusal().error()).isEqualTo(ApiError.NOT_IMPLEMENTED);
        assertThat(answers.refusal().message())
                .isEqualTo("Invoking functions from container images (PackageType Image) is not available in this"
                        + " version of Hearth.");
        assertThat(worker.started).isEmpty();
        assertThat(running()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "apart,,{,InvalidRequestContentException",
        "apart,,{},InvalidParameterValueException",
        "apart,blue,{},NotImplementedException",
        "mail,blue,{},InvalidParameterValueException"
    })
    void wantsATenantOfFunctionsThatKeepTenantsApartAndOfNoOthers(
            String function, @Nullable String tenant, String payload, String error) {
        store.put(Functions.id("apart"), Functions.ofKind("apart", UnsupportedKind.TENANT_ISOLATION));

        var answers = invoke(request(ApiOperation.INVOKE, function, null, tenant, payload));
        background.runAll();

        assertThat(answers.refusal().error().wireName()).isEqualTo(error);
        assertThat(worker.started).isEmpty();
        assertThat(running()).isZero();
    }

    @Test
    void refusesAnUnknownInvocationTypeInAwsWords() {
        assertThat(invoke(typed("dry_run", "{}")).refusal().message())
                .isEqualTo("1 validation error detected: Value 'dry_run' at 'invocationType' failed to satisfy"
                        + " constraint: Member must satisfy enum value set: [DryRun, RequestResponse, Event]");
    }

    @Test
    void saysEverythingThatIsWrongWithARequestAtOnce() {
        var answers = invoke(new InvocationRequest(
                ApiOperation.INVOKE,
                Functions.ACCOUNT,
                Functions.REGION,
                "no:such:name!",
                "a?b",
                "X",
                "Y",
                null,
                null,
                null,
                bytes("{"),
                "id"));

        assertThat(answers.refusal().error()).isEqualTo(ApiError.VALIDATION);
        assertThat(answers.refusal().message())
                .startsWith("4 validation errors detected: Value 'no:such:name!' at 'functionName' failed to satisfy")
                .contains("Value 'X' at 'invocationType'", "Value 'Y' at 'logType'")
                .endsWith("Value 'a?b' at 'qualifier' failed to satisfy constraint: Member must satisfy regular"
                        + " expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+");
    }

    @Test
    void takesEveryQualifierThatTheModelTakes() {
        for (var qualifier : new String[] {"$LATEST", "$LATEST.PUBLISHED", "7", "live_1-a", "we$ird"}) {
            var answers = invoke(new InvocationRequest(
                    ApiOperation.INVOKE,
                    Functions.ACCOUNT,
                    Functions.REGION,
                    "nothing",
                    qualifier,
                    null,
                    null,
                    null,
                    null,
                    null,
                    bytes("{}"),
                    "id"));
            background.runAll();

            assertThat(answers.refusal().message()).isEqualTo("Function not found: " + ARN + "nothing:" + qualifier);
        }
    }

    @Test
    void refusesPayloadsOverSixMebibytesEvenForAMissingFunction() {
        var answers = invoke(request("nothing", "\"" + "x".repeat(6_291_455) + "\""));

        assertThat(answers.refusal().error()).isEqualTo(ApiError.REQUEST_ENTITY_TOO_LARGE);
        assertThat(answers.refusal().message())
                .isEqualTo("Request must be smaller than 6291456 bytes for the InvokeFunction operation");
    }

    @Test
    void takesAPayloadOfExactlySixMebibytesAndChecksItElsewhere() {
        warm();
        invoke(request("mail", "\"" + "x".repeat(6_291_454) + "\""));
        assertThat(worker.running).isEmpty();
        assertThat(background.size()).isEqualTo(1);

        background.runAll();

        assertThat(worker.running).hasSize(1);
    }

    @Test
    void refusesEventsOverOneMebibyteFirst() {
        assertThat(invoke(typed("Event", " ".repeat(1_048_577))).refusal().message())
                .isEqualTo("1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)");
    }

    @ParameterizedTest
    @CsvSource({"nothing,nothing:$LATEST", "nothing:3,nothing:3", "nothing:live,nothing:live"})
    void namesTheFunctionThatWasNotFound(String asked, String named) {
        var answers = invoke(request(asked, "no json"));
        background.runAll();

        assertThat(answers.refusal().error()).isEqualTo(ApiError.RESOURCE_NOT_FOUND);
        assertThat(answers.refusal().message()).isEqualTo("Function not found: " + ARN + named);
    }

    @Test
    void refusesTwoQualifiersThatDiffer() {
        var answers = invoke(new InvocationRequest(
                ApiOperation.INVOKE,
                Functions.ACCOUNT,
                Functions.REGION,
                "mail:1",
                "2",
                null,
                null,
                null,
                null,
                null,
                bytes("{}"),
                "id"));

        assertThat(answers.refusal().message())
                .isEqualTo("The derived qualifier from the function name does not match the specified qualifier.");
    }

    @Test
    void refusesOtherRegions() {
        var answers = invoke(request("arn:aws:lambda:eu-west-1:123456789012:function:mail", "{}"));

        assertThat(answers.refusal().message())
                .isEqualTo("Functions from 'eu-west-1' are not reachable in this region ('us-east-1')");
    }

    @ParameterizedTest
    @EnumSource(
            names = {"ACTIVE", "PENDING"},
            mode = EnumSource.Mode.EXCLUDE)
    void refusesFunctionsThatAreNotActive(FunctionState state) {
        store.put(Functions.id("mail"), Functions.inState("mail", state));
        var answers = invoke(request("mail", "no json"));
        background.runAll();

        assertThat(answers.refusal().error()).isEqualTo(ApiError.RESOURCE_CONFLICT);
        assertThat(answers.refusal().message())
                .isEqualTo("The operation cannot be performed at this time. The function is currently in the following"
                        + " state: " + state.wireName());
    }

    @Test
    void waitsForAPendingFunctionUntilItIsActive() {
        store.put(Functions.id("mail"), Functions.inState("mail", FunctionState.PENDING));
        var answers = invoke(request("mail", "{}"));
        background.runAll();
        assertThat(answers.isAnswered()).isFalse();

        store.put(Functions.id("mail"), Functions.latest("mail"));
        functions.invalidate(Functions.id("mail"));
        background.runAll();
        worker.ready(0);
        worker.end(new Answered(bytes("1"), "application/json", null));

        assertThat(text(answers.response().payload())).isEqualTo("1");
    }

    @Test
    void looksAgainAtAFunctionThatChangedWhileItWasRead() {
        store.put(Functions.id("mail"), Functions.inState("mail", FunctionState.PENDING));
        var answers = invoke(request("mail", "{}"));
        // The change is told after the read has begun, and before its result is there.
        functions.invalidate(Functions.id("mail"));
        background.runOne();
        store.put(Functions.id("mail"), Functions.latest("mail"));

        background.runAll();
        worker.ready(0);
        worker.end(new Answered(bytes("1"), "application/json", null));

        assertThat(answers.response().status()).isEqualTo(200);
    }

    @Test
    void refusesAFunctionThatStaysPending() {
        store.put(Functions.id("mail"), Functions.inState("mail", FunctionState.PENDING));
        var answers = invoke(request("mail", "{}"));
        background.runAll();
        clock.advance(Duration.ofMillis(1_999));
        functions.sweep();
        background.runAll();
        assertThat(answers.isAnswered()).isFalse();

        clock.advance(Duration.ofMillis(1));
        functions.sweep();
        background.runAll();

        assertThat(answers.refusal().error()).isEqualTo(ApiError.RESOURCE_CONFLICT);
        assertThat(answers.refusal().message()).endsWith("state: Pending");
    }

    @Test
    void doesNotLeaveWhoWaitsForAPendingFunctionWithoutAnAnswerWhenItCloses() {
        store.put(Functions.id("mail"), Functions.inState("mail", FunctionState.PENDING));
        var answers = invoke(request("mail", "{}"));
        background.runAll();

        functions.close();
        background.runAll();

        assertThat(answers.refusal().error()).isEqualTo(ApiError.RESOURCE_CONFLICT);
    }

    @Test
    void refusesPayloadsThatAreNoJsonBeforeCountingThem() {
        warm();

        assertThat(invoke(request("mail", "{")).refusal().error()).isEqualTo(ApiError.INVALID_REQUEST_CONTENT);
        assertThat(running()).isEqualTo(0);
    }

    @Test
    void throttlesAboveTheAccountsLimitAndSaysWhy() {
        warm();
        invoke(request("mail", "{}"));
        invoke(request("mail", "{}"));

        var refusal = invoke(request("mail", "{}")).refusal();

        assertThat(refusal.error()).isEqualTo(ApiError.TOO_MANY_REQUESTS);
        assertThat(refusal.message()).isEqualTo("Rate Exceeded.");
        assertThat(refusal.members()).containsEntry("Reason", "ConcurrentInvocationLimitExceeded");
        assertThat(meter.told).endsWith("mail throttled ConcurrentInvocationLimitExceeded");
    }

    @Test
    void triesAnotherEnvironmentWhenOneRefuses() {
        warm();
        var answers = invoke(request("mail", "{}"));

        worker.end(new Refused("the environment is gone"));
        assertThat(worker.retired).containsExactly(worker.environment(0));
        worker.ready(1);
        worker.end(new Answered(bytes("1"), "application/json", null));

        assertThat(text(answers.response().payload())).isEqualTo("1");
        assertThat(running()).isZero();
    }

    @Test
    void givesUpWhenEveryEnvironmentRefuses() {
        var answers = invoke(request("mail", "{}"));
        background.runAll();
        for (int i = 0; i < 4; i++) {
            assertThat(answers.isAnswered()).isFalse();
            worker.ready(i);
            worker.end(new Refused("no"));
        }

        assertThat(answers.refusal().error()).isEqualTo(ApiError.SERVICE);
        assertThat(running()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"RUNTIME_MISSING,INVALID_RUNTIME", "CODE_UNAVAILABLE,INVALID_ZIP_FILE", "SANDBOX_FAILED,SERVICE"})
    void saysWhyAFunctionCannotRun(NotRunnable.Cause cause, ApiError error) {
        warm();
        var answers = invoke(request("mail", "{}"));
        worker.end(new NotRunnable(cause, "because"));

        assertThat(answers.refusal().error()).isEqualTo(error);
        assertThat(answers.refusal().message()).isEqualTo("because");
        assertThat(running()).isZero();
    }

    @Test
    void saysWhyNoEnvironmentCouldBeMade() {
        var answers = invoke(request("mail", "{}"));
        background.runAll();
        worker.gone(0, new NotRunnable(NotRunnable.Cause.RUNTIME_MISSING, "Install python3.13"));

        assertThat(answers.refusal().error()).isEqualTo(ApiError.INVALID_RUNTIME);
        assertThat(answers.refusal().message()).isEqualTo("Install python3.13");
        assertThat(running()).isZero();
    }

    @Test
    void throttlesWhenNoWorkerHasRoomForLong() {
        placement.drain(worker.worker());
        var answers = invoke(request("mail", "{}"));
        background.runAll();

        clock.advance(WorkerManagerConfig.DEFAULT.capacityWait());
        workerManager.sweep();

        assertThat(answers.refusal().members()).containsEntry("Reason", "ConcurrentInvocationLimitExceeded");
        assertThat(running()).isZero();
    }

    @Test
    void answersWithAnErrorWhenTheStoreIsDownAndTheFunctionUnknown() {
        var answers = invoke(request("broken", "{}"));
        background.runAll();

        assertThat(answers.refusal().error()).isEqualTo(ApiError.SERVICE);
    }

    @Test
    void countsAnInvocationUntilItsEndThoughItsCallerFails() {
        warm();
        frontend.invoke(request("mail", "{}"), new InvocationResponder() {
            @Override
            public void answer(InvocationResponse response) {
                throw new IllegalStateException("The caller has hung up");
            }

            @Override
            public void refuse(ApiException refusal) {
                throw new AssertionError(refusal);
            }
        });
        assertThat(running()).isEqualTo(1);

        worker.end(new Answered(bytes("1"), "application/json", null));

        assertThat(running()).isZero();
    }

    @Test
    void answersOnceThoughAWorkerSpeaksTwice() {
        warm();
        var answers = invoke(request("mail", "{}"));
        var invocation = worker.running.getFirst();

        worker.end(invocation, new Answered(bytes("1"), "application/json", null));
        worker.end(invocation, new Failed(bytes("2"), Failed.UNHANDLED, null));
        worker.end(invocation, new Refused("no"));

        assertThat(text(answers.response().payload())).isEqualTo("1");
        assertThat(workerManager.counts().waiting()).isZero();
    }

    /// Leaves the function with one idle environment.
    private void warm() {
        var answers = invoke(request("mail", "{}"));
        background.runAll();
        worker.ready(0);
        worker.end(new Answered(bytes("0"), "application/json", null));
        worker.idle(0);
        assertThat(answers.response().status()).isEqualTo(200);
    }

    @Test
    void sendsItsShareOfInvocationsToTheOtherVersionOfAnAlias() {
        var first = Functions.latest("mail", 1);
        var second = Functions.latest("mail", 2);
        var alias = new Routing(first, Optional.of(new Routing.Share(second, 0.25)));

        long toSecond = IntStream.range(0, 10_000)
                .filter(_ -> frontend.choose(alias).equals(second))
                .count();

        assertThat(toSecond).isBetween(2_300L, 2_700L);
        assertThat(frontend.choose(Routing.to(first))).isSameAs(first);
    }

    private RecordedAnswers invoke(InvocationRequest request) {
        var answers = new RecordedAnswers();
        frontend.invoke(request, answers);
        return answers;
    }

    private Invocation runningInvocation(InvocationRequest request) {
        invoke(request);
        return worker.running.getFirst().invocation();
    }

    private int running() {
        return counting.running(Functions.ACCOUNT, Functions.REGION);
    }

    private Optional<Routing> read(FunctionId function, String qualifier) {
        if (function.name().equals("broken")) {
            throw new IllegalStateException("The store is down");
        }
        return qualifier.equals("$LATEST")
                ? Optional.ofNullable(store.get(function)).map(Routing::to)
                : Optional.empty();
    }

    private static InvocationRequest request(String function, String payload) {
        return request(ApiOperation.INVOKE, function, null, null, payload);
    }

    private static InvocationRequest streamed(String function, String payload) {
        return request(ApiOperation.INVOKE_WITH_RESPONSE_STREAM, function, null, null, payload);
    }

    private static InvocationRequest typed(String type, String payload) {
        return request(ApiOperation.INVOKE, "mail", type, null, payload);
    }

    private static InvocationRequest request(
            ApiOperation operation, String function, @Nullable String type, @Nullable String tenant, String payload) {
        return new InvocationRequest(
                operation,
                Functions.ACCOUNT,
                Functions.REGION,
                function,
                null,
                type,
                null,
                null,
                null,
                tenant,
                bytes(payload),
                "id" + REQUESTS.incrementAndGet());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
