package hearth.control.signing;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.control.Desk;
import hearth.control.Zips;
import hearth.control.operation.Caller;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;
import hearth.model.Region;
import hearth.model.api.AllowedPublishers;
import hearth.model.api.ApiOperation;
import hearth.model.api.CodeSigningConfig;
import hearth.model.api.CodeSigningPolicies;
import hearth.model.api.CreateCodeSigningConfigRequest;
import hearth.model.api.CreateCodeSigningConfigResponse;
import hearth.model.api.CreateFunctionRequest;
import hearth.model.api.DeleteCodeSigningConfigRequest;
import hearth.model.api.DeleteCodeSigningConfigResponse;
import hearth.model.api.DeleteFunctionCodeSigningConfigRequest;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteFunctionResponse;
import hearth.model.api.FunctionCode;
import hearth.model.api.GetCodeSigningConfigRequest;
import hearth.model.api.GetCodeSigningConfigResponse;
import hearth.model.api.GetFunctionCodeSigningConfigRequest;
import hearth.model.api.GetFunctionCodeSigningConfigResponse;
import hearth.model.api.ListCodeSigningConfigsRequest;
import hearth.model.api.ListCodeSigningConfigsResponse;
import hearth.model.api.ListFunctionsByCodeSigningConfigRequest;
import hearth.model.api.ListFunctionsByCodeSigningConfigResponse;
import hearth.model.api.NoContent;
import hearth.model.api.PutFunctionCodeSigningConfigRequest;
import hearth.model.api.PutFunctionCodeSigningConfigResponse;
import hearth.model.api.UpdateCodeSigningConfigRequest;
import hearth.model.api.UpdateCodeSigningConfigResponse;
import hearth.model.api.UpdateFunctionCodeRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Members of an answer may be absent by their type; one that is missing fails the test.
@NullUnmarked
class CodeSigningTest {
    private static final String PUBLISHER = "arn:aws:signer:eu-north-1:123456789012:/signing-profiles/team/abcdefghij";
    private static final String ABSENT =
            "arn:aws:lambda:eu-north-1:123456789012:code-signing-config:csc-00000000000000000";
    private static final String UNTRUSTED = "Lambda cannot deploy the function. The function or layer might be signed"
            + " using a signature that the client is not configured to accept. Check the provided signature for ";

    @TempDir
    private Path data;

    private Desk desk;

    @BeforeEach
    void open() {
        desk = new Desk(data);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void isMadeWithWarningsAsItsPolicy() {
        var config = create(null);

        assertThat(config.codeSigningConfigId()).matches("csc-[a-z0-9]{17}");
        assertThat(config)
                .isEqualTo(CodeSigningConfig.builder()
                        .codeSigningConfigId(config.codeSigningConfigId())
                        .codeSigningConfigArn("arn:aws:lambda:eu-north-1:123456789012:code-signing-config:"
                                + config.codeSigningConfigId())
                        .description("")
                        .allowedPublishers(publishers(PUBLISHER))
                        .codeSigningPolicies(policy("Warn"))
                        .lastModified("2026-02-03T04:05:06.789+0000")
                        .build());
        assertThat(get(config.codeSigningConfigArn())).isEqualTo(config);
    }

    @Test
    void isUpdatedMemberByMember() {
        var config = create("Enforce");

        var described = update(UpdateCodeSigningConfigRequest.builder()
                .codeSigningConfigArn(config.codeSigningConfigArn())
                .description("ours"));
        var loosened = update(UpdateCodeSigningConfigRequest.builder()
                .codeSigningConfigArn(config.codeSigningConfigArn())
                .allowedPublishers(publishers(PUBLISHER, PUBLISHER + "k"))
                .codeSigningPolicies(policy("Warn")));

        assertThat(described).isEqualTo(config.toBuilder().description("ours").build());
        assertThat(loosened)
                .isEqualTo(described.toBuilder()
                        .allowedPublishers(publishers(PUBLISHER, PUBLISHER + "k"))
                        .codeSigningPolicies(policy("Warn"))
                        .build());
        assertThat(get(config.codeSigningConfigArn())).isEqualTo(loosened);
    }

    @Test
    void isListedInPages() {
        var created = new ArrayList<String>();
        for (int i = 0; i < 53; i++) {
            created.add(create(null).codeSigningConfigArn());
        }

        var listed = new ArrayList<String>();
        var sizes = new ArrayList<Integer>();
        String marker = null;
        do {
            var page = desk.ask(
                    ApiOperation.LIST_CODE_SIGNING_CONFIGS,
                    ListCodeSigningConfigsRequest.builder()
                            .maxItems(listed.isEmpty() ? 2 : 10_000)
                            .marker(marker)
                            .build(),
                    ListCodeSigningConfigsResponse.class);
            page.codeSigningConfigs().forEach(config -> listed.add(config.codeSigningConfigArn()));
            sizes.add(page.codeSigningConfigs().size());
            marker = page.nextMarker();
        } while (marker != null);

        assertThat(listed).containsExactlyInAnyOrderElementsOf(created);
        assertThat(sizes).containsExactly(2, 50, 1);
    }

    @Test
    void isDeletedOnceNoFunctionKeepsToIt() {
        desk.createActive("greet");
        var arn = create(null).codeSigningConfigArn();
        put("greet", arn);

        refused(
                () -> delete(arn),
                ApiError.RESOURCE_CONFLICT,
                "The code signing configuration " + arn + " is in use by a function and cannot be deleted.");
        desk.ask(
                ApiOperation.DELETE_FUNCTION,
                DeleteFunctionRequest.builder().functionName("greet").build(),
                DeleteFunctionResponse.class);
        delete(arn);

        refusesMissing(arn, () -> get(arn));
    }

    @Test
    void saysWhatIsNotThere() {
        desk.createActive("greet");
        refusesMissing(ABSENT, () -> get(ABSENT));
        refusesMissing(ABSENT, () -> delete(ABSENT));
        refusesMissing(
                ABSENT, () -> update(UpdateCodeSigningConfigRequest.builder().codeSigningConfigArn(ABSENT)));
        refusesMissing(ABSENT, () -> functions(ABSENT, null));
        refused(() -> put("greet", ABSENT), ApiError.CODE_SIGNING_CONFIG_NOT_FOUND, unknown(ABSENT));
        refused(() -> put("absent", ABSENT), ApiError.CODE_SIGNING_CONFIG_NOT_FOUND, unknown(ABSENT));
        refused(
                () -> desk.ask(
                        ApiOperation.CREATE_FUNCTION,
                        Desk.creation("signed").codeSigningConfigArn(ABSENT).build()),
                ApiError.CODE_SIGNING_CONFIG_NOT_FOUND,
                unknown(ABSENT));
        var arn = create(null).codeSigningConfigArn();
        for (ThrowingCallable use :
                List.<ThrowingCallable>of(() -> put("absent", arn), () -> of("absent"), () -> detach("absent"))) {
            refused(use, ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "absent");
        }
    }

    @Test
    void isItsAccountsAndRegionsOwn() {
        var arn = create(null).codeSigningConfigArn();
        var region = new Caller(Desk.CALLER.account(), new Region("us-east-1"), Desk.CALLER.endpoint());
        var account = new Caller(new AccountId("999999999999"), Desk.CALLER.region(), Desk.CALLER.endpoint());
        var request =
                GetCodeSigningConfigRequest.builder().codeSigningConfigArn(arn).build();

        refusesMissing(arn, () -> desk.control.handle(ApiOperation.GET_CODE_SIGNING_CONFIG, region, request));
        assertThatThrownBy(() -> desk.control.handle(ApiOperation.GET_CODE_SIGNING_CONFIG, account, request))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.error())
                        .isEqualTo(ApiError.ACCESS_DENIED));
    }

    @Test
    void aFunctionKeepsToOneAtATimeOrToNone() {
        desk.createActive("greet");
        var first = create(null).codeSigningConfigArn();
        var second = create(null).codeSigningConfigArn();

        assertThat(of("greet"))
                .isEqualTo(GetFunctionCodeSigningConfigResponse.builder().build());
        assertThat(put("greet", first))
                .isEqualTo(PutFunctionCodeSigningConfigResponse.builder()
                        .functionName("greet")
                        .codeSigningConfigArn(first)
                        .build());
        put(Desk.ARN + "greet", second);
        assertThat(of("greet").codeSigningConfigArn()).isEqualTo(second);
        assertThat(of("greet").functionName()).isEqualTo("greet");
        assertThat(functions(first, null).functionArns()).isEmpty();
        assertThat(functions(second, null).functionArns()).containsExactly(Desk.ARN + "greet");
        detach("greet");
        detach("greet");
        assertThat(of("greet").codeSigningConfigArn()).isNull();
        assertThat(functions(second, null).functionArns()).isEmpty();
    }

    @Test
    void aNewFunctionCanKeepToOneFromTheStart() {
        var arn = create("Warn").codeSigningConfigArn();
        for (var name : List.of("b", "a", "c")) {
            desk.ask(
                    ApiOperation.CREATE_FUNCTION,
                    Desk.creation(name).codeSigningConfigArn(arn).publish(true).build());
        }

        var first = functions(arn, null);
        var second = functions(arn, first.nextMarker());

        assertThat(of("a").codeSigningConfigArn()).isEqualTo(arn);
        assertThat(first.functionArns()).containsExactly(Desk.ARN + "a", Desk.ARN + "b");
        assertThat(second.functionArns()).containsExactly(Desk.ARN + "c");
        assertThat(second.nextMarker()).isNull();
    }

    @Test
    void letsNothingPassThatWasCheckedBeforeItEnforced() {
        desk.createActive("greet");
        var warns = create("Warn").codeSigningConfigArn();
        var alsoWarns = create("Warn").codeSigningConfigArn();
        put("greet", warns);

        desk.beforeWriting.set(() -> enforce(warns));
        refused(() -> updateCode("two", false), ApiError.CODE_VERIFICATION_FAILED, UNTRUSTED + Desk.ARN + "greet.");
        desk.beforeWriting.set(() -> enforce(alsoWarns));
        refused(
                () -> desk.ask(
                        ApiOperation.CREATE_FUNCTION,
                        Desk.creation("signed").codeSigningConfigArn(alsoWarns).build()),
                ApiError.CODE_VERIFICATION_FAILED,
                UNTRUSTED + "signed.");

        assertThat(desk.store.functions().find(new FunctionId(Desk.CALLER.account(), Desk.CALLER.region(), "signed")))
                .isEmpty();
        assertThat(functions(alsoWarns, null).functionArns()).isEmpty();
    }

    @Test
    void letsNothingPassThatWasCheckedBeforeTheFunctionKeptToAConfiguration() {
        desk.createActive("greet");
        var enforcing = create("Enforce").codeSigningConfigArn();

        desk.beforeWriting.set(() -> put("greet", enforcing));

        refused(() -> updateCode("two", false), ApiError.CODE_VERIFICATION_FAILED, UNTRUSTED + Desk.ARN + "greet.");
        assertThat(functions(enforcing, null).functionArns()).containsExactly(Desk.ARN + "greet");
    }

    private void enforce(String arn) {
        update(UpdateCodeSigningConfigRequest.builder()
                .codeSigningConfigArn(arn)
                .codeSigningPolicies(policy("Enforce")));
    }

    @Test
    void letsNothingPassThatItsPublishersDidNotSign() {
        desk.createActive("greet");
        var arn = create("Enforce").codeSigningConfigArn();

        refused(
                () -> desk.ask(
                        ApiOperation.CREATE_FUNCTION,
                        Desk.creation("signed").codeSigningConfigArn(arn).build()),
                ApiError.CODE_VERIFICATION_FAILED,
                UNTRUSTED + "signed.");
        put("greet", arn);
        for (var dryRun : List.of(true, false)) {
            refused(
                    () -> updateCode("two", dryRun),
                    ApiError.CODE_VERIFICATION_FAILED,
                    UNTRUSTED + Desk.ARN + "greet.");
        }
        update(UpdateCodeSigningConfigRequest.builder()
                .codeSigningConfigArn(arn)
                .codeSigningPolicies(policy("Warn")));
        updateCode("two", false);

        assertThat(functions(arn, null).functionArns()).containsExactly(Desk.ARN + "greet");
    }

    @Test
    void isNotForContainerImages() {
        var arn = create("Warn").codeSigningConfigArn();
        var image = CreateFunctionRequest.builder()
                .functionName("image")
                .role("arn:aws:iam::123456789012:role/any")
                .packageType("Image")
                .code(FunctionCode.builder()
                        .imageUri("123456789012.dkr.ecr.eu-north-1.amazonaws.com/app:latest")
                        .build());
        var text = "Code signing is not supported for functions created with container images.";

        refused(
                () -> desk.ask(
                        ApiOperation.CREATE_FUNCTION,
                        image.codeSigningConfigArn(arn).build()),
                ApiError.INVALID_PARAMETER_VALUE,
                text);
        desk.ask(ApiOperation.CREATE_FUNCTION, image.codeSigningConfigArn(null).build());
        refused(() -> put("image", arn), ApiError.INVALID_PARAMETER_VALUE, text);
    }

    private CodeSigningConfig create(String policy) {
        return desk.ask(
                        ApiOperation.CREATE_CODE_SIGNING_CONFIG,
                        CreateCodeSigningConfigRequest.builder()
                                .allowedPublishers(publishers(PUBLISHER))
                                .codeSigningPolicies(policy == null ? null : policy(policy))
                                .build(),
                        CreateCodeSigningConfigResponse.class)
                .codeSigningConfig();
    }

    private CodeSigningConfig get(String arn) {
        return desk.ask(
                        ApiOperation.GET_CODE_SIGNING_CONFIG,
                        GetCodeSigningConfigRequest.builder()
                                .codeSigningConfigArn(arn)
                                .build(),
                        GetCodeSigningConfigResponse.class)
                .codeSigningConfig();
    }

    private CodeSigningConfig update(UpdateCodeSigningConfigRequest.Builder request) {
        return desk.ask(ApiOperation.UPDATE_CODE_SIGNING_CONFIG, request.build(), UpdateCodeSigningConfigResponse.class)
                .codeSigningConfig();
    }

    private void delete(String arn) {
        desk.ask(
                ApiOperation.DELETE_CODE_SIGNING_CONFIG,
                DeleteCodeSigningConfigRequest.builder()
                        .codeSigningConfigArn(arn)
                        .build(),
                DeleteCodeSigningConfigResponse.class);
    }

    private ListFunctionsByCodeSigningConfigResponse functions(String arn, String marker) {
        return desk.ask(
                ApiOperation.LIST_FUNCTIONS_BY_CODE_SIGNING_CONFIG,
                ListFunctionsByCodeSigningConfigRequest.builder()
                        .codeSigningConfigArn(arn)
                        .maxItems(2)
                        .marker(marker)
                        .build(),
                ListFunctionsByCodeSigningConfigResponse.class);
    }

    private PutFunctionCodeSigningConfigResponse put(String function, String arn) {
        return desk.ask(
                ApiOperation.PUT_FUNCTION_CODE_SIGNING_CONFIG,
                PutFunctionCodeSigningConfigRequest.builder()
                        .functionName(function)
                        .codeSigningConfigArn(arn)
                        .build(),
                PutFunctionCodeSigningConfigResponse.class);
    }

    private GetFunctionCodeSigningConfigResponse of(String function) {
        return desk.ask(
                ApiOperation.GET_FUNCTION_CODE_SIGNING_CONFIG,
                GetFunctionCodeSigningConfigRequest.builder()
                        .functionName(function)
                        .build(),
                GetFunctionCodeSigningConfigResponse.class);
    }

    private void detach(String function) {
        desk.ask(
                ApiOperation.DELETE_FUNCTION_CODE_SIGNING_CONFIG,
                DeleteFunctionCodeSigningConfigRequest.builder()
                        .functionName(function)
                        .build(),
                NoContent.class);
    }

    private void updateCode(String source, boolean dryRun) {
        desk.ask(
                ApiOperation.UPDATE_FUNCTION_CODE,
                UpdateFunctionCodeRequest.builder()
                        .functionName("greet")
                        .zipFile(Zips.of(source))
                        .dryRun(dryRun)
                        .build());
    }

    private static AllowedPublishers publishers(String... arns) {
        return AllowedPublishers.builder()
                .signingProfileVersionArns(List.of(arns))
                .build();
    }

    private static CodeSigningPolicies policy(String policy) {
        return CodeSigningPolicies.builder()
                .untrustedArtifactOnDeployment(policy)
                .build();
    }

    private static String unknown(String arn) {
        return "The code signing configuration cannot be found. Check that the provided configuration is not deleted: "
                + arn + ".";
    }

    private static void refusesMissing(String arn, ThrowingCallable call) {
        refused(
                call,
                ApiError.RESOURCE_NOT_FOUND,
                "The Lambda code signing configuration " + arn + " can not be found.");
    }
}
