package hearth.server.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.events.AsyncInvocations;
import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.DispatchOutcome.Answered;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.invoke.frontend.FunctionCache;
import hearth.invoke.frontend.FunctionCacheConfig;
import hearth.invoke.frontend.FunctionResolver;
import hearth.invoke.frontend.TraceHeaders;
import hearth.invoke.metering.InvocationMeter;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.RecursionGuard;
import hearth.model.Region;
import hearth.model.Routing;
import hearth.model.UnsupportedKind;
import hearth.model.api.ApiOperation;
import hearth.model.api.QueryParameters;
import hearth.model.api.RequestParts;
import hearth.model.worker.Invocation;
import hearth.model.worker.InvocationOutcome.NotRunnable;
import hearth.server.auth.AuthenticatedCaller;
import hearth.server.auth.Holder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class InvokeServiceTest {
    private static final String ARN = "arn:aws:lambda:us-east-1:123456789012:function:";
    private static final AuthenticatedCaller CALLER =
            new AuthenticatedCaller(new AccountId("123456789012"), new Region("us-east-1"));
    private static final AuthenticatedCaller STRANGER =
            new AuthenticatedCaller(new AccountId("111122223333"), CALLER.region());
    private static final FunctionId MAIL = new FunctionId(CALLER.account(), CALLER.region(), "mail");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /// An event that is to be kept.
    private record Kept(
            FunctionId function, String qualifier, Invocation invocation, AsyncInvocations.Listener listener) {}

    private record Dispatched(FunctionVersion version, Invocation invocation, DispatchListener listener) {}

    private final QueuedExecutor background = new QueuedExecutor();
    private final Map<String, FunctionVersion> store = new HashMap<>(Map.of("mail", function("mail")));
    /// The resource policies of functions, by name.
    private final Map<String, List<String>> policies = new HashMap<>();

    private final List<Dispatched> dispatched = new ArrayList<>();
    private final List<Kept> kept = new ArrayList<>();
    private final List<String> defects = new ArrayList<>();
    private final List<FunctionId> stoppedRecursions = new ArrayList<>();
    private boolean allowsLoops;
    private final InvocationMeter meter = new InvocationMeter() {
        @Override
        public void defect() {
            defects.add("defect");
        }

        @Override
        public void recursionStopped(FunctionId function) {
            stoppedRecursions.add(function);
        }
    };
    private final FunctionCache functions =
            new FunctionCache(FunctionCacheConfig.DEFAULT, this::read, background, () -> 0, meter);
    private final InvokeService service = new InvokeService(
            new FunctionResolver(functions, new Random(1), () -> 0, meter),
            (version, invocation, _, listener) -> dispatched.add(new Dispatched(version, invocation, listener)),
            (function, qualifier, invocation, listener) ->
                    kept.add(new Kept(function, qualifier, invocation, listener)),
            new TraceHeaders(new Random(1), InstantSource.fixed(NOW)),
            background,
            InstantSource.fixed(NOW),
            meter);

    @Test
    void answersWhatTheFunctionAnswered() {
        var answers = invoke(request("mail", "{\"a\":1}"));
        var outcome = new Answered(bytes("[1, 2]"), "text/plain", null);

        end(outcome);

        assertThat(answers.answer()).isSameAs(outcome);
        assertThat(answers.head().executedVersion()).isEqualTo("$LATEST");
        assertThat(answers.head().traceHeader()).startsWith("Root=1-");
    }

    @Test
    void givesTheFunctionWhatTheCallerGave() {
        invoke(request("mail", "{\"b\":2}")
                .qualifier("$LATEST")
                .header("x-amz-invocation-type", "RequestResponse")
                .header("x-amz-log-type", "Tail")
                .header("x-amz-client-context", "eyJhIjoxfQ==")
                .header("x-amzn-trace-id", "Root=1-2-3"));

        var invocation = dispatched.getFirst().invocation();
        assertThat(invocation.requestId()).isEqualTo("request-1");
        assertThat(invocation.invokedArn()).isEqualTo(ARN + "mail:$LATEST");
        assertThat(text(invocation.payload())).isEqualTo("{\"b\":2}");
        assertThat(invocation.clientContext()).isEqualTo("{\"a\":1}");
        assertThat(invocation.traceHeader()).isEqualTo(trace(1));
        assertThat(invocation.received()).isEqualTo(NOW);
        assertThat(invocation.wantsLogTail()).isTrue();
        assertThat(invocation.streams()).isFalse();
    }

    @Test
    void letsAFunctionRunSixteenTimesInAChain() {
        var answers = invoke(request("mail", "{}").header("x-amzn-trace-id", trace(15)));
        end(new Answered(bytes("1"), "application/json", null));

        assertThat(dispatched.getFirst().invocation().traceHeader()).isEqualTo(trace(16));
        assertThat(answers.head().traceHeader()).isEqualTo(trace(16));
        assertThat(stoppedRecursions).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"INVOKE", "INVOKE_WITH_RESPONSE_STREAM"})
    void stopsARecursiveLoop(ApiOperation operation) {
        var answers = invoke(request(operation, "mail", "{}").header("x-amzn-trace-id", trace(16)));

        assertThat(answers.refusal().error()).isEqualTo(ApiError.RECURSIVE_INVOCATION);
        assertThat(answers.refusal().message())
                .startsWith("Lambda has detected your function being invoked in a recursive loop");
        assertThat(dispatched).isEmpty();
        assertThat(stoppedRecursions).containsExactly(MAIL);
    }

    @Test
    void stopsNoLoopThatIsAllowed() {
        allowsLoops = true;

        invoke(request("mail", "{}").header("x-amzn-trace-id", trace(16)));

        assertThat(dispatched).hasSize(1);
        assertThat(stoppedRecursions).isEmpty();
    }

    /// Its check is that of the queue.
    @Test
    void keepsAnEventOfALoopAsItCame() {
        invoke(typed("Event", "{}").header("x-amzn-trace-id", trace(16)));
        invoke(request(ApiOperation.INVOKE_ASYNC, "mail", "{}").header("x-amzn-trace-id", trace(16)));

        assertThat(kept)
                .hasSize(2)
                .allMatch(event -> event.invocation().traceHeader().equals(trace(16)));
        assertThat(stoppedRecursions).isEmpty();
    }

    @Test
    void triesALoopWithoutRunningIt() {
        var answers = invoke(typed("DryRun", "{}").header("x-amzn-trace-id", trace(16)));

        assertThat(answers.isNoContent()).isTrue();
    }

    private static String trace(int rounds) {
        return "Root=1-2-3;Lineage=" + RecursionGuard.of(MAIL).hash() + ":" + rounds;
    }

    @Test
    void dispatchesAKnownFunctionOnTheCallersThread() {
        invoke(request("mail", "{}"));

        service.invoke(request("mail", "{}").made(), new RecordedResponder());

        assertThat(background.size()).isZero();
        assertThat(dispatched).hasSize(2);
    }

    @Test
    void givesAnEmptyObjectForAnEmptyBody() {
        invoke(request("mail", ""));

        assertThat(text(dispatched.getFirst().invocation().payload())).isEqualTo("{}");
    }

    @Test
    void tellsTheFunctionTheArnAsItWasAskedFor() {
        invoke(request("mail", "{}"));

        assertThat(dispatched.getFirst().invocation().invokedArn()).isEqualTo(ARN + "mail");
    }

    @Test
    void passesAnAnswerOnPieceByPiece() {
        var answers = invoke(request(ApiOperation.INVOKE_WITH_RESPONSE_STREAM, "mail", "{}"));
        assertThat(dispatched.getFirst().invocation().streams()).isTrue();

        var stream = dispatched.getFirst().listener().begins("text/plain");
        stream.write(bytes("one"), () -> {});
        assertThat(answers.head().executedVersion()).isEqualTo("$LATEST");
        stream.write(bytes("two"), () -> {});
        end(new DispatchOutcome.Streamed(bytes("the log")));

        assertThat(answers.pieces).containsExactly("one", "two");
        assertThat(answers.answer().logTail()).asString().isEqualTo("the log");
    }

    @Test
    void streamsNoEvents() {
        var answers = invoke(request(ApiOperation.INVOKE_WITH_RESPONSE_STREAM, "mail", "{}")
                .header("x-amz-invocation-type", "Event"));

        assertThat(answers.refusal().message())
                .isEqualTo("1 validation error detected: Value 'Event' at 'invocationType' failed to satisfy"
                        + " constraint: Member must satisfy enum value set: [RequestResponse, DryRun]");
    }

    @ParameterizedTest
    @CsvSource({"nothing,{},ResourceNotFoundException", "mail,{,InvalidRequestContentException"})
    void checksAnOldAsynchronousInvocationLikeAnyOther(String function, String payload, String error) {
        var answers = invoke(request(ApiOperation.INVOKE_ASYNC, function, payload));

        assertThat(answers.refusal().error().wireName()).isEqualTo(error);
        assertThat(dispatched).isEmpty();
    }

    @Test
    void takesNothingButANameAndAPayloadFromAnOldAsynchronousInvocation() {
        var answers = invoke(request(ApiOperation.INVOKE_ASYNC, "mail", "{}")
                .qualifier("7")
                .header("x-amz-invocation-type", "DryRun")
                .header("x-amz-client-context", "!"));

        var event = kept.getFirst();
        assertThat(event.qualifier()).isEqualTo("$LATEST");
        assertThat(event.invocation().clientContext()).isNull();
        event.listener().accepted();
        assertThat(answers.isAccepted()).isTrue();
    }

    @Test
    void checksWithoutRunningInADryRun() {
        var answers = invoke(typed("DryRun", "{}"));

        assertThat(answers.isNoContent()).isTrue();
        assertThat(dispatched).isEmpty();
    }

    @Test
    void answersWhoeverDoesNotWaitOnceTheEventIsKept() {
        var answers = invoke(typed("Event", "{\"a\":1}"));

        var event = kept.getFirst();
        assertThat(event.function().name()).isEqualTo("mail");
        assertThat(event.qualifier()).isEqualTo("$LATEST");
        assertThat(event.invocation().payload()).isEqualTo(bytes("{\"a\":1}"));
        assertThat(dispatched).isEmpty();
        assertThat(answers.isAccepted()).isFalse();

        event.listener().accepted();

        assertThat(answers.isAccepted()).isTrue();
    }

    @Test
    void saysThatAnEventCouldNotBeKept() {
        var answers = invoke(typed("Event", "{}"));

        kept.getFirst().listener().refused(new IllegalStateException("A test asked for it"));

        assertThat(answers.refusal().error()).isEqualTo(ApiError.SERVICE);
        assertThat(answers.refusal().message()).isEqualTo("The event could not be kept, and will not run.");
    }

    @Test
    void keepsNoEventThatIsNoJson() {
        var answers = invoke(typed("Event", "{"));

        assertThat(answers.refusal().error()).isEqualTo(ApiError.INVALID_REQUEST_CONTENT);
        assertThat(kept).isEmpty();
    }

    @Test
    void saysThatAKindOfFunctionIsNotThereYet() {
        store.put("boxed", function("boxed", FunctionState.ACTIVE, Optional.of(UnsupportedKind.CONTAINER_IMAGE)));

        var answers = invoke(request("boxed", "{}"));

        assertThat(answers.refusal().error()).isEqualTo(ApiError.NOT_IMPLEMENTED);
        assertThat(answers.refusal().message())
                .isEqualTo("Invoking functions from container images (PackageType Image) is not available in this"
                        + " version of Hearth.");
        assertThat(dispatched).isEmpty();
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
        store.put("apart", function("apart", FunctionState.ACTIVE, Optional.of(UnsupportedKind.TENANT_ISOLATION)));

        var answers = invoke(request(function, payload).header("x-amz-tenant-id", tenant));

        assertThat(answers.refusal().error().wireName()).isEqualTo(error);
        assertThat(dispatched).isEmpty();
    }

    @Test
    void refusesAnUnknownInvocationTypeInAwsWords() {
        assertThat(invoke(typed("dry_run", "{}")).refusal().message())
                .isEqualTo("1 validation error detected: Value 'dry_run' at 'invocationType' failed to satisfy"
                        + " constraint: Member must satisfy enum value set: [DryRun, RequestResponse, Event]");
    }

    @Test
    void saysEverythingThatIsWrongWithARequestAtOnce() {
        var answers = invoke(request("no:such:name!", "{")
                .qualifier("a?b")
                .header("x-amz-invocation-type", "X")
                .header("x-amz-log-type", "Y"));

        assertThat(answers.refusal().error()).isEqualTo(ApiError.VALIDATION);
        assertThat(answers.refusal().message())
                .startsWith("4 validation errors detected: Value 'no:such:name!' at 'functionName' failed to satisfy")
                .contains("Value 'X' at 'invocationType'", "Value 'Y' at 'logType'")
                .endsWith("Value 'a?b' at 'qualifier' failed to satisfy constraint: Member must satisfy regular"
                        + " expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+");
    }

    @Test
    void refusesMalformedHeadersThatFewInvocationsHave() {
        var tenant = invoke(request("mail", "{}").header("x-amz-tenant-id", "a!"));
        var execution = invoke(request("mail", "{}").header("x-amz-durable-execution-name", "a".repeat(65)));
        var durable = invoke(request("mail", "{}").header("x-amz-durable-execution-name", "a"));

        assertThat(tenant.refusal().message()).contains("Value 'a!' at 'tenantId' failed to satisfy constraint");
        assertThat(execution.refusal().message())
                .contains("at 'durableExecutionName'", "length less than or equal to 64");
        assertThat(durable.refusal().error()).isEqualTo(ApiError.INVALID_PARAMETER_VALUE);
        assertThat(durable.refusal().message()).contains("Hearth does not support DurableExecutionName yet.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"$LATEST", "$LATEST.PUBLISHED", "7", "live_1-a", "we$ird"})
    void takesEveryQualifierThatTheModelTakes(String qualifier) {
        var answers = invoke(request("nothing", "{}").qualifier(qualifier));

        assertThat(answers.refusal().message()).isEqualTo("Function not found: " + ARN + "nothing:" + qualifier);
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
        invoke(request("mail", "{}"));
        service.invoke(request("mail", "\"" + "x".repeat(6_291_454) + "\"").made(), new RecordedResponder());
        assertThat(dispatched).hasSize(1);
        assertThat(background.size()).isEqualTo(1);

        background.runAll();

        assertThat(dispatched).hasSize(2);
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

        assertThat(answers.refusal().error()).isEqualTo(ApiError.RESOURCE_NOT_FOUND);
        assertThat(answers.refusal().message()).isEqualTo("Function not found: " + ARN + named);
    }

    @Test
    void refusesTwoQualifiersThatDiffer() {
        var answers = invoke(request("mail:1", "{}").qualifier("2"));

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
        store.put("mail", function("mail", state, Optional.empty()));
        var answers = invoke(request("mail", "no json"));

        assertThat(answers.refusal().error()).isEqualTo(ApiError.RESOURCE_CONFLICT);
        assertThat(answers.refusal().message())
                .isEqualTo("The operation cannot be performed at this time. The function is currently in the following"
                        + " state: " + state.wireName());
    }

    @Test
    void refusesPayloadsThatAreNoJson() {
        assertThat(invoke(request("mail", "{")).refusal().error()).isEqualTo(ApiError.INVALID_REQUEST_CONTENT);
        assertThat(dispatched).isEmpty();
    }

    @Test
    void answersWithAnErrorWhenTheStoreIsDownAndTheFunctionUnknown() {
        assertThat(invoke(request("broken", "{}")).refusal().error()).isEqualTo(ApiError.SERVICE);
    }

    @ParameterizedTest
    @EnumSource(ThrottleReason.class)
    void saysWhyAnInvocationIsThrottled(ThrottleReason reason) {
        var refusal = outcome(new DispatchOutcome.Throttled(reason)).refusal();

        assertThat(refusal.error()).isEqualTo(ApiError.TOO_MANY_REQUESTS);
        assertThat(refusal.message()).isEqualTo("Rate Exceeded.");
        assertThat(refusal.members()).containsEntry("Reason", reason.wireName());
    }

    @ParameterizedTest
    @CsvSource({"RUNTIME_MISSING,INVALID_RUNTIME", "CODE_UNAVAILABLE,INVALID_ZIP_FILE", "SANDBOX_FAILED,SERVICE"})
    void saysWhyAFunctionCannotRun(NotRunnable.Cause cause, ApiError error) {
        var refusal = outcome(new DispatchOutcome.NotRunnable(new NotRunnable(cause, "because")))
                .refusal();

        assertThat(refusal.error()).isEqualTo(error);
        assertThat(refusal.message()).isEqualTo("because");
    }

    @ParameterizedTest
    @CsvSource({
        "NO_CAPACITY,TooManyRequestsException,Rate Exceeded.",
        "NOT_COUNTED,ServiceException,Whether a limit of concurrency is reached cannot be told at the moment.",
        "TOO_LARGE,ServiceException,No worker is large enough for a function of 128 MB.",
        "NOT_READY,ServiceException,The execution environment was not ready in time.",
        "REFUSED,ServiceException,No execution environment accepted the invocation.",
        "NO_ANSWER,ServiceException,The execution environment did not answer in time.",
        "SAME_ID,ServiceException,An internal error occurred.",
        "CLOSED,ServiceUnavailableException,The service is stopping.",
        "DEFECT,ServiceException,An internal error occurred."
    })
    void saysWhyAnInvocationCannotBeServedNow(Reason reason, String error, String message) {
        var refusal = outcome(new DispatchOutcome.Unavailable(reason)).refusal();

        assertThat(refusal.error().wireName()).isEqualTo(error);
        assertThat(refusal.message()).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource({
        "INVOKE,RequestResponse,InvokeFunction",
        "INVOKE,DryRun,InvokeFunction",
        "INVOKE,Event,InvokeFunction",
        "INVOKE_WITH_RESPONSE_STREAM,RequestResponse,InvokeFunction",
        "INVOKE_ASYNC,Event,InvokeAsync"
    })
    void refusesAnotherAccountWhateverItIsToRun(ApiOperation operation, String type, String action) {
        var refusal = invoke(request(operation, ARN + "mail", "{}")
                        .header("x-amz-invocation-type", type)
                        .from(STRANGER))
                .refusal();

        assertThat(refusal.error()).isEqualTo(ApiError.ACCESS_DENIED);
        assertThat(refusal.message())
                .isEqualTo("User: arn:aws:iam::111122223333:root is not authorized to perform: lambda:" + action
                        + " on resource: " + ARN + "mail because no resource-based policy allows the lambda:" + action
                        + " action");
        assertThat(dispatched).isEmpty();
    }

    @Test
    void refusesAnotherAccountAlikeWhetherOrNotThereIsSuchAFunction() {
        assertThat(invoke(request(ARN + "none", "{}").from(STRANGER)).refusal().message())
                .isEqualTo("User: arn:aws:iam::111122223333:root is not authorized to perform: lambda:InvokeFunction on"
                        + " resource: " + ARN + "none because no resource-based policy allows the lambda:InvokeFunction"
                        + " action");
    }

    @Test
    void runsForAnotherAccountThatThePolicyLetsIn() {
        letIn("111122223333");

        invoke(request(ARN + "mail", "{}").from(STRANGER));
        invoke(request("123456789012:function:mail", "{}").from(STRANGER));

        assertThat(dispatched).hasSize(2).allSatisfy(each -> {
            assertThat(each.version().function().account()).isEqualTo(CALLER.account());
            assertThat(each.invocation().invokedArn()).isEqualTo(ARN + "mail");
        });
        // By its name alone each account means a function of its own.
        assertThat(invoke(request("mail", "{}").from(STRANGER)).refusal().error())
                .isEqualTo(ApiError.RESOURCE_NOT_FOUND);
    }

    @Test
    void runsForAServiceThatThePolicyLetsInAndForNoOther() {
        policies.put(
                "mail",
                List.of(("{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Principal':"
                                + "{'Service':'s3.amazonaws.com'},'Action':'lambda:InvokeFunction','Resource':'" + ARN
                                + "mail'}]}")
                        .replace('\'', '"')));

        invoke(request("mail", "{}").from(service("s3.amazonaws.com")));

        assertThat(dispatched).hasSize(1);
        assertThat(invoke(request(ARN + "mail", "{}").from(service("sns.amazonaws.com")))
                        .refusal()
                        .error())
                .isEqualTo(ApiError.ACCESS_DENIED);
    }

    /// Its key is of the very account that the function is of, which the policy lets in.
    @Test
    void takesNoServiceForItsAccount() {
        letIn(CALLER.account().value());

        assertThat(invoke(request("mail", "{}").from(service("s3.amazonaws.com")))
                        .refusal()
                        .message())
                .isEqualTo("User: s3.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: "
                        + ARN + "mail because no resource-based policy allows the lambda:InvokeFunction action");
    }

    private static AuthenticatedCaller service(String principal) {
        return new AuthenticatedCaller(CALLER.account(), CALLER.region(), new Holder.Service(principal));
    }

    @Test
    void keepsTheLogFromAnotherAccount() {
        letIn("111122223333");

        var refusal = invoke(request(ARN + "mail", "{}")
                        .header("x-amz-log-type", "Tail")
                        .from(STRANGER))
                .refusal();

        assertThat(refusal.error()).isEqualTo(ApiError.ACCESS_DENIED);
        assertThat(refusal.message()).isEqualTo("Cross-account log access is not allowed");
    }

    @Test
    void saysThatItDoesNotKnowWhomToLetIn() {
        var arn = ARN + "broken";

        assertThat(invoke(request(arn, "{}").from(STRANGER)).refusal().error()).isEqualTo(ApiError.SERVICE);
    }

    @Test
    void runsForTheOwnerWhateverThePolicySays() {
        policies.put(
                "mail",
                List.of(
                        "{'Version':'2012-10-17','Statement':[{'Effect':'Deny','Principal':'*','Action':'*','Resource':'*'}]}"
                                .replace('\'', '"')));

        invoke(request(ARN + "mail", "{}"));

        assertThat(dispatched).hasSize(1);
    }

    private void letIn(String account) {
        policies.put(
                "mail",
                List.of(("{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Principal':{'AWS':'" + account
                                + "'},'Action':'lambda:InvokeFunction','Resource':'" + ARN + "mail'}]}")
                        .replace('\'', '"')));
    }

    @Test
    void answersThoughTheDispatchFails() {
        var failing = new InvokeService(
                new FunctionResolver(functions, new Random(1), () -> 0, meter),
                (_, _, _, _) -> {
                    throw new StackOverflowError("A test asked for it");
                },
                (_, _, _, _) -> {},
                new TraceHeaders(new Random(1), InstantSource.fixed(NOW)),
                background,
                InstantSource.fixed(NOW),
                meter);
        var answers = new RecordedResponder();

        failing.invoke(request("mail", "{}").made(), answers);
        background.runAll();

        assertThat(answers.refusal().message()).isEqualTo("An internal error occurred.");
        assertThat(defects).hasSize(1);
    }

    @Test
    void answersThoughNoThreadCanBeHadForALargePayload() {
        invoke(request("mail", "{}"));
        background.reject(new OutOfMemoryError("unable to create native thread"));
        var answers = new RecordedResponder();

        service.invoke(request("mail", "\"" + "x".repeat(100_000) + "\"").made(), answers);

        assertThat(answers.refusal().error()).isEqualTo(ApiError.SERVICE);
        assertThat(defects).hasSize(1);
    }

    @Test
    void refusesWhoseAnswerCannotBeMade() {
        var refusals = new ArrayList<ApiException>();
        service.invoke(request("mail", "{}").made(), new InvokeResponder() {
            @Override
            public void answer(AnswerHead head, DispatchOutcome.Ran outcome) {
                throw new OutOfMemoryError("A test asked for it");
            }

            @Override
            public void noContent() {}

            @Override
            public void refuse(ApiException refusal) {
                refusals.add(refusal);
            }
        });
        background.runAll();

        end(new Answered(bytes("1"), "application/json", null));

        assertThat(refusals).extracting(ApiException::error).containsExactly(ApiError.SERVICE);
        assertThat(defects).hasSize(1);
    }

    private RecordedResponder outcome(DispatchOutcome outcome) {
        var answers = invoke(request("mail", "{}"));
        end(outcome);
        return answers;
    }

    private void end(DispatchOutcome outcome) {
        dispatched.getLast().listener().ended(outcome);
    }

    private RecordedResponder invoke(RequestBuilder request) {
        var answers = new RecordedResponder();
        service.invoke(request.made(), answers);
        background.runAll();
        return answers;
    }

    private Optional<Routing> read(FunctionId function, String qualifier) {
        if (function.name().equals("broken")) {
            throw new IllegalStateException("The store is down");
        }
        return qualifier.equals("$LATEST") && function.account().equals(CALLER.account())
                ? Optional.ofNullable(store.get(function.name()))
                        .map(version -> Routing.to(version).with(policies.getOrDefault(function.name(), List.of())))
                        .map(routing -> routing.with(routing.recursion().allowingLoops(allowsLoops)))
                : Optional.empty();
    }

    private static RequestBuilder request(String function, String payload) {
        return request(ApiOperation.INVOKE, function, payload);
    }

    private static RequestBuilder typed(String type, String payload) {
        return request("mail", payload).header("x-amz-invocation-type", type);
    }

    private static RequestBuilder request(ApiOperation operation, String function, String payload) {
        return new RequestBuilder(operation, function, "", Map.of(), payload, CALLER);
    }

    private record RequestBuilder(
            ApiOperation operation,
            String function,
            String query,
            Map<String, String> headers,
            String payload,
            AuthenticatedCaller caller) {
        RequestBuilder from(AuthenticatedCaller other) {
            return new RequestBuilder(operation, function, query, headers, payload, other);
        }

        RequestBuilder qualifier(String qualifier) {
            return new RequestBuilder(
                    operation,
                    function,
                    "Qualifier=" + URLEncoder.encode(qualifier, StandardCharsets.UTF_8),
                    headers,
                    payload,
                    caller);
        }

        RequestBuilder header(String name, @Nullable String value) {
            if (value == null) {
                return this;
            }
            var more = new HashMap<>(headers);
            more.put(name, value);
            return new RequestBuilder(operation, function, query, more, payload, caller);
        }

        InvokeRequest made() {
            return new InvokeRequest(
                    operation,
                    caller,
                    "127.0.0.1",
                    "request-1",
                    new RequestParts(
                            Map.of("FunctionName", function),
                            QueryParameters.parse(query),
                            name -> headers.get(name.toLowerCase(Locale.ROOT)),
                            bytes(payload)));
        }
    }

    private static FunctionVersion function(String name) {
        return function(name, FunctionState.ACTIVE, Optional.empty());
    }

    private static FunctionVersion function(String name, FunctionState state, Optional<UnsupportedKind> obstacle) {
        return new FunctionVersion(
                new FunctionId(CALLER.account(), CALLER.region(), name),
                FunctionId.LATEST,
                1,
                state,
                "python3.13",
                "app.handler",
                new CodeDigest("ab".repeat(32)),
                List.of(),
                Bytes.mebibytes(128),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                Map.of(),
                "arn:aws:iam::123456789012:role/r",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/" + name,
                "INFO",
                "INFO",
                obstacle);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
