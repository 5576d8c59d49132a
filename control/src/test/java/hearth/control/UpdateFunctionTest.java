package hearth.control;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.cluster.BlobStore;
import hearth.cluster.Change;
import hearth.model.ApiError;
import hearth.model.FunctionId;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import hearth.model.api.Environment;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.LoggingConfig;
import hearth.model.api.PublishVersionRequest;
import hearth.model.api.UpdateFunctionCodeRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Members of an answer may be absent by their type; one that is missing fails the test.
@NullUnmarked
class UpdateFunctionTest {
    private static final FunctionId GREET = Desk.CALLER.function("greet");
    private static final byte[] NEW_CODE = Zips.of("two");

    /// State and revision are looked at before the package is.
    private static final byte[] NO_ZIP = {1, 2, 3};

    @TempDir
    private Path data;

    private Desk desk;
    private FunctionConfiguration before;

    @BeforeEach
    void open() {
        desk = new Desk(data);
        before = desk.createActive("greet");
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void isInProgressUntilItIsSuccessfulAndChangesTheRevisionTwice() {
        var answered = configure(configuration().description("new"));

        assertThat(answered.state()).isEqualTo("Active");
        assertThat(answered.lastUpdateStatus()).isEqualTo("InProgress");
        assertThat(answered.lastUpdateStatusReason()).isEqualTo("The function is being created.");
        assertThat(answered.lastUpdateStatusReasonCode()).isEqualTo("Creating");
        assertThat(answered.description()).isEqualTo("new");
        var after = desk.settled("greet");
        assertThat(after.lastUpdateStatus()).isEqualTo("Successful");
        assertThat(after.lastUpdateStatusReason()).isNull();
        assertThat(after.lastUpdateStatusReasonCode()).isNull();
        assertThat(after.revisionId()).isNotIn(before.revisionId(), answered.revisionId());
        assertThat(answered.revisionId()).isNotEqualTo(before.revisionId());
    }

    @Test
    void changesOnlyWhatIsGiven() {
        configure(configuration()
                .memorySize(512)
                .environment(Environment.builder().variables(Map.of("A", "b")).build()));

        var after = desk.settled("greet");

        assertThat(after.memorySize()).isEqualTo(512);
        assertThat(after.environment().variables()).isEqualTo(Map.of("A", "b"));
        assertThat(after.toBuilder()
                        .memorySize(128)
                        .environment(null)
                        .revisionId(before.revisionId())
                        .build())
                .isEqualTo(before);
    }

    @Test
    void dropsLogLevelsWhenLogsBecomeTextAgain() {
        configure(configuration()
                .loggingConfig(LoggingConfig.builder()
                        .logFormat("JSON")
                        .applicationLogLevel("DEBUG")
                        .build()));
        assertThat(desk.settled("greet").loggingConfig().applicationLogLevel()).isEqualTo("DEBUG");

        configure(configuration()
                .loggingConfig(LoggingConfig.builder().logFormat("Text").build()));

        assertThat(desk.settled("greet").loggingConfig())
                .isEqualTo(LoggingConfig.builder()
                        .logFormat("Text")
                        .logGroup("/aws/lambda/greet")
                        .build());
    }

    @Test
    void replacesTheCodeAndShowsItsDigest() {
        var answered = upload(code());

        assertThat(answered.codeSha256()).isEqualTo(BlobStore.digestOf(NEW_CODE).base64());
        assertThat(answered.codeSize()).isEqualTo(NEW_CODE.length);
        assertThat(desk.settled("greet").codeSha256()).isEqualTo(answered.codeSha256());
    }

    @Test
    void keepsTheGenerationWhenNothingIsChanged() {
        long generation = served();

        configure(configuration().memorySize(128));
        desk.settled("greet");
        assertThat(served()).isEqualTo(generation);

        upload(code());
        desk.settled("greet");
        assertThat(served()).isGreaterThan(generation);
    }

    @Test
    void changesNothingInADryRun() {
        var answered = upload(code().dryRun(true));

        assertThat(answered.codeSha256()).isEqualTo(BlobStore.digestOf(NEW_CODE).base64());
        assertThat(desk.get("greet")).isEqualTo(before);
    }

    @Test
    void publishesWithTheUpdate() {
        var answered = upload(code().publish(true));

        assertThat(answered.version()).isEqualTo("1");
        assertThat(answered.functionArn()).isEqualTo(Desk.ARN + "greet:1");
        assertThat(answered.state()).isEqualTo("Active");
        assertThat(answered.lastUpdateStatus()).isEqualTo("Successful");
        assertThat(answered.lastUpdateStatusReason()).isNull();
        desk.settled("greet");
        Await.until(() -> "Active".equals(desk.get("greet:1").state()));
        assertThat(desk.get("greet:1").revisionId()).isEqualTo(answered.revisionId());
    }

    @Test
    void publishesAlsoWithAnUpdateThatChangesNothing() {
        upload(code().publish(true));
        desk.settled("greet");

        assertThat(upload(code().publish(true)).version()).isEqualTo("2");
    }

    /// Who invokes goes by what it was told of last, as the data plane does.
    @Test
    void isNotSuccessfulBeforeWhatServesHasHeardOfIt() {
        var function = Desk.CALLER.function("greet");
        var functions = desk.store.functions();
        var told = new AtomicLong(
                functions.resolve(function, "$LATEST").orElseThrow().version().generation());
        var tooEarly = new CopyOnWriteArrayList<String>();
        functions.onChange(changed -> {
            var status = functions
                    .find(changed)
                    .orElseThrow()
                    .latest()
                    .configuration()
                    .lastUpdateStatus();
            long serving = functions
                    .resolve(changed, "$LATEST")
                    .orElseThrow()
                    .version()
                    .generation();
            if (serving != told.getAndSet(serving) && !"InProgress".equals(status)) {
                tooEarly.add(status + " with generation " + serving);
            }
        });

        for (int i = 0; i < 5; i++) {
            configure(configuration().memorySize(256 + i));
            desk.settled("greet");
        }

        assertThat(tooEarly).isEmpty();
        assertThat(told.get())
                .isEqualTo(functions.find(function).orElseThrow().latest().generation());
    }

    @Test
    void refusesWhileAnUpdateIsInProgress() {
        stuck("Active", "InProgress");
        var text = "The operation cannot be performed at this time. An update is in progress for resource: " + Desk.ARN
                + "greet";

        refuses(ApiOperation.UPDATE_FUNCTION_CONFIGURATION, configuration().build(), ApiError.RESOURCE_CONFLICT, text);
        refuses(ApiOperation.UPDATE_FUNCTION_CODE, code().zipFile(NO_ZIP).build(), ApiError.RESOURCE_CONFLICT, text);
        refuses(ApiOperation.PUBLISH_VERSION, publication().build(), ApiError.RESOURCE_CONFLICT, text);
    }

    @Test
    void refusesWhileTheFunctionIsPending() {
        stuck("Pending", null);

        refuses(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                configuration().build(),
                ApiError.RESOURCE_CONFLICT,
                "The operation cannot be performed at this time. The function is currently in the following state:"
                        + " Pending");
    }

    @Test
    void refusesAnotherRevisionThanTheLatest() {
        var text =
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to"
                        + " retrieve the latest Revision Id";
        var other = "00000000-0000-4000-8000-000000000000";

        refuses(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                configuration().revisionId(other).build(),
                ApiError.PRECONDITION_FAILED,
                text);
        refuses(
                ApiOperation.UPDATE_FUNCTION_CODE,
                code().zipFile(NO_ZIP).revisionId(other).build(),
                ApiError.PRECONDITION_FAILED,
                text);
        refuses(
                ApiOperation.PUBLISH_VERSION,
                publication().revisionId(other).build(),
                ApiError.PRECONDITION_FAILED,
                text);

        configure(configuration().revisionId(before.revisionId()).description("taken"));
        assertThat(desk.settled("greet").description()).isEqualTo("taken");
    }

    @Test
    void refusesWhatIsNotThereOrNoWholeFunction() {
        refuses(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                configuration().functionName("absent").build(),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + Desk.ARN + "absent");
        refuses(
                ApiOperation.UPDATE_FUNCTION_CONFIGURATION,
                configuration().functionName("absent").timeout(901).build(),
                ApiError.VALIDATION,
                "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have"
                        + " value less than or equal to 900");
        refuses(
                ApiOperation.UPDATE_FUNCTION_CODE,
                code().functionName("greet:1").build(),
                ApiError.INVALID_PARAMETER_VALUE,
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this"
                        + " operation. Please specify either a function name or an unqualified function ARN.");
        refuses(
                ApiOperation.UPDATE_FUNCTION_CODE,
                UpdateFunctionCodeRequest.builder()
                        .functionName("greet")
                        .imageUri("image")
                        .build(),
                ApiError.INVALID_PARAMETER_VALUE,
                "Please don't provide ImageUri when updating a function with packageType Zip.");
    }

    @Test
    void resumesWhatTheLastRunLeftInTransition() {
        stuck("Active", "InProgress");
        desk.close();

        desk = new Desk(data);

        assertThat(desk.settled("greet").lastUpdateStatus()).isEqualTo("Successful");
    }

    /// Its id of a revision is drawn in two, as was the one of its creation before.
    @Test
    void bringsAFunctionToActiveThoughTheFirstTryMeetsADefect() {
        throwAtDraw(3);

        desk.create("second-try");

        assertThat(desk.settled("second-try").state()).isEqualTo("Active");
        assertThat(desk.beforeWriting.get()).isNull();
    }

    private void throwAtDraw(int number) {
        desk.beforeWriting.set(() -> {
            if (number == 1) {
                throw new IllegalStateException("as told");
            }
            throwAtDraw(number - 1);
        });
    }

    /// As if the process had died between the answer and the transition.
    private void stuck(String state, @Nullable String update) {
        var _ = desk.store
                .functions()
                .update(
                        GREET,
                        function -> Change.to(function.withLatest(function.latest()
                                .with(function.latest().configuration().toBuilder()
                                        .state(state)
                                        .lastUpdateStatus(update)
                                        .build()))));
    }

    private long served() {
        return desk.store
                .functions()
                .resolve(GREET, "$LATEST")
                .orElseThrow()
                .version()
                .generation();
    }

    private static UpdateFunctionConfigurationRequest.Builder configuration() {
        return UpdateFunctionConfigurationRequest.builder().functionName("greet");
    }

    private static UpdateFunctionCodeRequest.Builder code() {
        return UpdateFunctionCodeRequest.builder().functionName("greet").zipFile(NEW_CODE);
    }

    private static PublishVersionRequest.Builder publication() {
        return PublishVersionRequest.builder().functionName("greet");
    }

    private FunctionConfiguration configure(UpdateFunctionConfigurationRequest.Builder request) {
        return desk.ask(ApiOperation.UPDATE_FUNCTION_CONFIGURATION, request.build());
    }

    private FunctionConfiguration upload(UpdateFunctionCodeRequest.Builder request) {
        return desk.ask(ApiOperation.UPDATE_FUNCTION_CODE, request.build());
    }

    private void refuses(ApiOperation operation, ApiShape request, ApiError error, String message) {
        refused(() -> desk.ask(operation, request), error, message);
    }
}
