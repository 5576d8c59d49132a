package hearth.control;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.control.operation.Caller;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.AddPermissionRequest;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiShape;
import hearth.model.api.CreateAliasRequest;
import hearth.model.api.CreateEventSourceMappingRequest;
import hearth.model.api.CreateFunctionUrlConfigRequest;
import hearth.model.api.DeleteAliasRequest;
import hearth.model.api.DeleteFunctionConcurrencyRequest;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteLayerVersionRequest;
import hearth.model.api.DeleteResourcePolicyRequest;
import hearth.model.api.FunctionConfiguration;
import hearth.model.api.GetAliasRequest;
import hearth.model.api.GetCodeSigningConfigRequest;
import hearth.model.api.GetFunctionConcurrencyRequest;
import hearth.model.api.GetFunctionConfigurationRequest;
import hearth.model.api.GetFunctionRecursionConfigRequest;
import hearth.model.api.GetFunctionRequest;
import hearth.model.api.GetLayerVersionByArnRequest;
import hearth.model.api.GetLayerVersionPolicyRequest;
import hearth.model.api.GetLayerVersionRequest;
import hearth.model.api.GetPolicyRequest;
import hearth.model.api.GetResourcePolicyRequest;
import hearth.model.api.GetRuntimeManagementConfigRequest;
import hearth.model.api.LayerVersionContentInput;
import hearth.model.api.ListAliasesRequest;
import hearth.model.api.ListEventSourceMappingsRequest;
import hearth.model.api.ListFunctionEventInvokeConfigsRequest;
import hearth.model.api.ListFunctionUrlConfigsRequest;
import hearth.model.api.ListFunctionsRequest;
import hearth.model.api.ListLayerVersionsRequest;
import hearth.model.api.ListProvisionedConcurrencyConfigsRequest;
import hearth.model.api.ListTagsRequest;
import hearth.model.api.ListVersionsByFunctionRequest;
import hearth.model.api.PublishLayerVersionRequest;
import hearth.model.api.PublishLayerVersionResponse;
import hearth.model.api.PublishVersionRequest;
import hearth.model.api.PutFunctionConcurrencyRequest;
import hearth.model.api.PutFunctionEventInvokeConfigRequest;
import hearth.model.api.PutFunctionRecursionConfigRequest;
import hearth.model.api.PutResourcePolicyRequest;
import hearth.model.api.PutResourcePolicyResponse;
import hearth.model.api.RemovePermissionRequest;
import hearth.model.api.TagResourceRequest;
import hearth.model.api.UntagResourceRequest;
import hearth.model.api.UpdateAliasRequest;
import hearth.model.api.UpdateFunctionCodeRequest;
import hearth.model.api.UpdateFunctionConfigurationRequest;
import hearth.model.policy.ConditionKeys;
import hearth.model.policy.Requester;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What accounts may do with the functions of others.
class OtherAccountsTest {
    private static final String GREET = Desk.ARN + "greet";
    private static final AccountId FRIEND = new AccountId("111122223333");
    private static final Caller OTHER = new Caller(FRIEND, Desk.CALLER.region(), Desk.CALLER.endpoint());

    /// A function of the other account's, in a role.
    private static final Caller MAILER = new Caller(
            FRIEND,
            Desk.CALLER.region(),
            Desk.CALLER.endpoint(),
            new Requester.Session(FRIEND, "aws", "mailer", "send"),
            ConditionKeys.NONE.with(ConditionKeys.SOURCE_IP, "203.0.113.7"));

    /// A service whose key has the very account that the functions are of.
    private static final Caller SERVICE = new Caller(
            Desk.CALLER.account(),
            Desk.CALLER.region(),
            Desk.CALLER.endpoint(),
            new Requester.Service("s3.amazonaws.com"),
            ConditionKeys.NONE);

    @TempDir
    private Path data;

    private Desk desk;

    /// A function with version 1 and the alias `live`.
    @BeforeEach
    void open() {
        desk = new Desk(data);
        desk.createActive("greet");
        desk.publish("greet");
        desk.settled("greet");
        desk.ask(
                ApiOperation.CREATE_ALIAS,
                CreateAliasRequest.builder()
                        .functionName("greet")
                        .name("live")
                        .functionVersion("1")
                        .build(),
                AliasConfiguration.class);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    /// An operation on a function that is there, as another account asks for it.
    ///
    /// @param action its name
    record Asked(String action, ApiShape request, String qualifier) {
        Asked(String action, ApiShape request) {
            this(action, request, "");
        }

        ApiOperation operation() {
            return Stream.of(ApiOperation.values())
                    .filter(operation -> operation.wireName().equals(action))
                    .findFirst()
                    .orElseThrow();
        }

        String arn() {
            return GREET + qualifier;
        }

        @Override
        public String toString() {
            return action + qualifier;
        }
    }

    static Stream<Asked> everyOperationOnAFunction() {
        return Stream.of(
                new Asked(
                        "AddPermission",
                        AddPermissionRequest.builder()
                                .functionName(GREET)
                                .statementId("more")
                                .action("lambda:InvokeFunction")
                                .principal("444455556666")
                                .build()),
                new Asked(
                        "CreateAlias",
                        CreateAliasRequest.builder()
                                .functionName(GREET)
                                .name("next")
                                .functionVersion("1")
                                .build()),
                new Asked(
                        "CreateFunctionUrlConfig",
                        CreateFunctionUrlConfigRequest.builder()
                                .functionName(GREET)
                                .qualifier("live")
                                .authType("NONE")
                                .build(),
                        ":live"),
                new Asked(
                        "DeleteAlias",
                        DeleteAliasRequest.builder()
                                .functionName(GREET)
                                .name("live")
                                .build()),
                new Asked(
                        "DeleteFunction",
                        DeleteFunctionRequest.builder().functionName(GREET).build()),
                new Asked(
                        "DeleteFunctionConcurrency",
                        DeleteFunctionConcurrencyRequest.builder()
                                .functionName(GREET)
                                .build()),
                new Asked(
                        "DeleteResourcePolicy",
                        DeleteResourcePolicyRequest.builder().resourceArn(GREET).build()),
                new Asked(
                        "GetAlias",
                        GetAliasRequest.builder()
                                .functionName(GREET)
                                .name("live")
                                .build()),
                new Asked(
                        "GetFunction",
                        GetFunctionRequest.builder().functionName(GREET).build()),
                new Asked(
                        "GetFunction",
                        GetFunctionRequest.builder()
                                .functionName(GREET + ":live")
                                .build(),
                        ":live"),
                new Asked(
                        "GetFunctionConcurrency",
                        GetFunctionConcurrencyRequest.builder()
                                .functionName(GREET)
                                .build()),
                new Asked(
                        "GetFunctionConfiguration",
                        GetFunctionConfigurationRequest.builder()
                                .functionName(GREET)
                                .qualifier("1")
                                .build(),
                        ":1"),
                new Asked(
                        "GetFunctionRecursionConfig",
                        GetFunctionRecursionConfigRequest.builder()
                                .functionName(GREET)
                                .build()),
                new Asked(
                        "GetPolicy",
                        GetPolicyRequest.builder().functionName(GREET).build()),
                new Asked(
                        "GetResourcePolicy",
                        GetResourcePolicyRequest.builder().resourceArn(GREET).build()),
                new Asked(
                        "GetRuntimeManagementConfig",
                        GetRuntimeManagementConfigRequest.builder()
                                .functionName(GREET)
                                .build()),
                new Asked(
                        "ListAliases",
                        ListAliasesRequest.builder().functionName(GREET).build()),
                new Asked(
                        "ListFunctionEventInvokeConfigs",
                        ListFunctionEventInvokeConfigsRequest.builder()
                                .functionName(GREET)
                                .build()),
                new Asked(
                        "ListFunctionUrlConfigs",
                        ListFunctionUrlConfigsRequest.builder()
                                .functionName(GREET)
                                .build()),
                new Asked(
                        "ListProvisionedConcurrencyConfigs",
                        ListProvisionedConcurrencyConfigsRequest.builder()
                                .functionName(GREET)
                                .build()),
                new Asked("ListTags", ListTagsRequest.builder().resource(GREET).build()),
                new Asked(
                        "ListVersionsByFunction",
                        ListVersionsByFunctionRequest.builder()
                                .functionName(GREET)
                                .build()),
                new Asked(
                        "PublishVersion",
                        PublishVersionRequest.builder().functionName(GREET).build()),
                new Asked(
                        "PutFunctionConcurrency",
                        PutFunctionConcurrencyRequest.builder()
                                .functionName(GREET)
                                .reservedConcurrentExecutions(3)
                                .build()),
                new Asked(
                        "PutFunctionEventInvokeConfig",
                        PutFunctionEventInvokeConfigRequest.builder()
                                .functionName(GREET)
                                .maximumRetryAttempts(0)
                                .build()),
                new Asked(
                        "PutFunctionRecursionConfig",
                        PutFunctionRecursionConfigRequest.builder()
                                .functionName(GREET)
                                .recursiveLoop("Allow")
                                .build()),
                new Asked(
                        "PutResourcePolicy",
                        PutResourcePolicyRequest.builder()
                                .resourceArn(GREET)
                                .policy(policy(FRIEND.value(), "lambda:*", GREET))
                                .build()),
                new Asked(
                        "RemovePermission",
                        RemovePermissionRequest.builder()
                                .functionName(GREET)
                                .statementId("s0")
                                .build()),
                new Asked(
                        "TagResource",
                        TagResourceRequest.builder()
                                .resource(GREET)
                                .tags(Map.of("team", "a"))
                                .build()),
                new Asked(
                        "UntagResource",
                        UntagResourceRequest.builder()
                                .resource(GREET)
                                .tagKeys(List.of("team"))
                                .build()),
                new Asked(
                        "UpdateAlias",
                        UpdateAliasRequest.builder()
                                .functionName(GREET)
                                .name("live")
                                .description("theirs")
                                .build()),
                new Asked(
                        "UpdateFunctionCode",
                        UpdateFunctionCodeRequest.builder()
                                .functionName(GREET)
                                .zipFile(Zips.of("two"))
                                .build()),
                new Asked(
                        "UpdateFunctionConfiguration",
                        UpdateFunctionConfigurationRequest.builder()
                                .functionName(GREET)
                                .description("theirs")
                                .build()));
    }

    @ParameterizedTest
    @MethodSource("everyOperationOnAFunction")
    void mayDoWhatThePolicySaysAndNothingElse(Asked asked) {
        var action = "lambda:" + asked.action();
        var denial = "User: arn:aws:iam::111122223333:root is not authorized to perform: " + action + " on resource: "
                + asked.arn() + " because no resource-based policy allows the " + action + " action";

        refused(() -> asks(OTHER, asked), ApiError.ACCESS_DENIED, denial);
        permit(asked, FRIEND.value(), "lambda:DeleteEverything");
        refused(() -> asks(OTHER, asked), ApiError.ACCESS_DENIED, denial);
        permit(asked, "444455556666", action);
        refused(() -> asks(OTHER, asked), ApiError.ACCESS_DENIED, denial);

        permit(asked, FRIEND.value(), action);

        assertThat(asks(OTHER, asked)).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("everyOperationOnAFunction")
    void mayNotDoWhatThePolicyDenies(Asked asked) {
        var action = "lambda:" + asked.action();
        var statements = policy(FRIEND.value(), "*", asked.arn());
        put(
                asked.arn(),
                statements.substring(0, statements.length() - 2)
                        + ",{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"" + action + "\",\"Resource\":\""
                        + asked.arn() + "\"}]}");

        refused(
                () -> asks(OTHER, asked),
                ApiError.ACCESS_DENIED,
                "User: arn:aws:iam::111122223333:root is not authorized to perform: " + action + " on resource: "
                        + asked.arn() + " with an explicit deny in a resource-based policy");
    }

    @ParameterizedTest
    @MethodSource("everyOperationOnAFunction")
    void areServicesOfNoAccount(Asked asked) {
        var action = "lambda:" + asked.action();
        var denial = "User: s3.amazonaws.com is not authorized to perform: " + action + " on resource: " + asked.arn()
                + " because no resource-based policy allows the " + action + " action";
        refused(() -> asks(SERVICE, asked), ApiError.ACCESS_DENIED, denial);
        permit(asked, Desk.CALLER.account().value(), action);
        refused(() -> asks(SERVICE, asked), ApiError.ACCESS_DENIED, denial);

        put(
                asked.arn(),
                policy(FRIEND.value(), action, asked.arn())
                        .replace("\"AWS\":\"" + FRIEND, "\"Service\":\"s3.amazonaws.com"));

        assertThat(asks(SERVICE, asked)).isNotNull();
    }

    /// What concerns no function, layer or the like is refused whatever the request says.
    @Test
    void areServicesThatMayDoNothingElse() {
        var others = desk.control.operations().stream()
                .filter(operation -> Stream.of("{FunctionName}", "{LayerName}", "{Resource", "{CodeSigningConfigArn}")
                        .noneMatch(operation.path()::contains))
                .filter(operation -> operation != ApiOperation.GET_LAYER_VERSION_BY_ARN)
                .toList();
        assertThat(others)
                .contains(
                        ApiOperation.CREATE_FUNCTION,
                        ApiOperation.LIST_FUNCTIONS,
                        ApiOperation.LIST_LAYERS,
                        ApiOperation.GET_ACCOUNT_SETTINGS,
                        ApiOperation.CREATE_CODE_SIGNING_CONFIG,
                        ApiOperation.DELETE_EVENT_SOURCE_MAPPING);
        for (var operation : others) {
            refused(
                    () -> desk.control.handle(
                            operation, SERVICE, ListFunctionsRequest.builder().build()),
                    ApiError.ACCESS_DENIED,
                    "User: s3.amazonaws.com is not authorized to perform: lambda:" + operation.wireName()
                            + " on resource: * because no identity-based policy allows the lambda:"
                            + operation.wireName() + " action");
        }
    }

    @Test
    void areServicesThatHaveNoLayersAndNoSigningConfigs() {
        desk.ask(ApiOperation.PUBLISH_LAYER_VERSION, publication(), PublishLayerVersionResponse.class);
        var config = "arn:aws:lambda:eu-north-1:123456789012:code-signing-config:csc-0123456789abcdef0";
        var layer = "arn:aws:lambda:eu-north-1:123456789012:layer:tools";
        for (var asked : List.of(
                new Asked("PublishLayerVersion", publication()),
                new Asked(
                        "ListLayerVersions",
                        ListLayerVersionsRequest.builder().layerName("tools").build()),
                new Asked(
                        "GetLayerVersion",
                        GetLayerVersionRequest.builder()
                                .layerName("tools")
                                .versionNumber(1L)
                                .build()),
                new Asked(
                        "GetLayerVersionByArn",
                        GetLayerVersionByArnRequest.builder().arn(layer + ":1").build()),
                new Asked(
                        "DeleteLayerVersion",
                        DeleteLayerVersionRequest.builder()
                                .layerName(layer)
                                .versionNumber(1L)
                                .build()),
                new Asked(
                        "GetLayerVersionPolicy",
                        GetLayerVersionPolicyRequest.builder()
                                .layerName("tools")
                                .versionNumber(1L)
                                .build()),
                new Asked(
                        "GetCodeSigningConfig",
                        GetCodeSigningConfigRequest.builder()
                                .codeSigningConfigArn(config)
                                .build()))) {
            assertThatThrownBy(() -> asks(SERVICE, asked))
                    .as(asked.action())
                    .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.error())
                            .isEqualTo(ApiError.ACCESS_DENIED))
                    .hasMessageStartingWith("User: s3.amazonaws.com is not authorized to perform: lambda:");
        }
    }

    private static PublishLayerVersionRequest publication() {
        return PublishLayerVersionRequest.builder()
                .layerName("tools")
                .content(LayerVersionContentInput.builder()
                        .zipFile(Zips.of("one"))
                        .build())
                .build();
    }

    @Test
    void changeTheFunctionItself() {
        put(GREET, policy(FRIEND.value(), "lambda:UpdateFunctionConfiguration", GREET));

        asks(
                OTHER,
                new Asked(
                        "UpdateFunctionConfiguration",
                        UpdateFunctionConfigurationRequest.builder()
                                .functionName("123456789012:function:greet")
                                .description("theirs")
                                .build()));

        assertThat(desk.settled("greet").description()).isEqualTo("theirs");
    }

    @Test
    void areHeldToThePolicyOfWhatTheyName() {
        put(GREET + ":live", policy(FRIEND.value(), "lambda:GetFunctionConfiguration", GREET + ":live"));

        assertThat(configuration(OTHER, GREET + ":live").version()).isEqualTo("1");
        denied(() -> configuration(OTHER, GREET));
        denied(() -> configuration(OTHER, GREET + ":1"));
        denied(() -> configuration(OTHER, GREET + ":$LATEST"));
    }

    /// That of a function may speak of its versions and aliases.
    @Test
    void areHeldToThePolicyOfTheFunctionToo() {
        put(GREET, policy(FRIEND.value(), "lambda:GetFunctionConfiguration", GREET + ":*"));

        assertThat(configuration(OTHER, GREET + ":live").version()).isEqualTo("1");
        assertThat(configuration(OTHER, GREET + ":$LATEST").version()).isEqualTo("$LATEST");
        denied(() -> configuration(OTHER, GREET));
    }

    @Test
    void areKnownByRoleAddressAndTime() {
        var arn = "arn:aws:iam::111122223333:role/mailer";
        put(
                GREET,
                policy(arn, "lambda:GetFunctionConfiguration", GREET)
                        .replace(
                                "}]}",
                                ",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"203.0.113.0/24\"},"
                                        + "\"DateLessThan\":{\"aws:CurrentTime\":\"2026-02-03T05:00:00Z\"}}}]}"));

        assertThat(configuration(MAILER, GREET).functionName()).isEqualTo("greet");
        denied(() -> configuration(OTHER, GREET));
    }

    @Test
    void learnNothingOfWhatIsNotThere() {
        for (var name : List.of("none", "greet:7", "greet:none")) {
            denied(() -> configuration(OTHER, Desk.ARN + name));
        }
    }

    /// Mappings belong to whoever makes them.
    @Test
    void mayNotMapTheFunctionsOfOthersToTheirSources() {
        put(GREET, policy(FRIEND.value(), "*", GREET));

        denied(() -> asks(
                OTHER,
                new Asked(
                        "CreateEventSourceMapping",
                        CreateEventSourceMappingRequest.builder()
                                .functionName(GREET)
                                .eventSourceArn("arn:aws:sqs:eu-north-1:111122223333:queue")
                                .build())));
        denied(() -> asks(
                OTHER,
                new Asked(
                        "ListEventSourceMappings",
                        ListEventSourceMappingsRequest.builder()
                                .functionName(GREET)
                                .build())));
        denied(() -> asks(
                OTHER,
                new Asked("CreateFunction", Desk.creation(Desk.ARN + "more").build())));
    }

    private void permit(Asked asked, String principal, String action) {
        put(asked.arn(), policy(principal, action, asked.arn()));
    }

    private void put(String arn, String policy) {
        desk.ask(
                ApiOperation.PUT_RESOURCE_POLICY,
                PutResourcePolicyRequest.builder()
                        .resourceArn(arn)
                        .policy(policy)
                        .build(),
                PutResourcePolicyResponse.class);
    }

    private static String policy(String principal, String action, String resource) {
        return ("{'Version':'2012-10-17','Statement':[{'Sid':'s0','Effect':'Allow','Principal':{'AWS':'" + principal
                        + "'},'Action':'" + action + "','Resource':'" + resource + "'}]}")
                .replace('\'', '"');
    }

    private FunctionConfiguration configuration(Caller caller, String name) {
        return (FunctionConfiguration) asks(
                caller,
                new Asked(
                        "GetFunctionConfiguration",
                        GetFunctionConfigurationRequest.builder()
                                .functionName(name)
                                .build()));
    }

    private Object asks(Caller caller, Asked asked) {
        return Objects.requireNonNull(desk.control.handle(asked.operation(), caller, asked.request()));
    }

    private static void denied(ThrowingCallable asking) {
        assertThatThrownBy(asking)
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.error())
                        .isEqualTo(ApiError.ACCESS_DENIED))
                .hasMessageStartingWith("User: arn:aws:")
                .hasMessageContaining("because no resource-based policy allows");
    }
}
