package hearth.control.layers;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.control.Desk;
import hearth.control.Zips;
import hearth.control.operation.Caller;
import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.AddLayerVersionPermissionRequest;
import hearth.model.api.AddLayerVersionPermissionResponse;
import hearth.model.api.ApiOperation;
import hearth.model.api.GetLayerVersionPolicyRequest;
import hearth.model.api.GetLayerVersionPolicyResponse;
import hearth.model.api.GetLayerVersionRequest;
import hearth.model.api.GetLayerVersionResponse;
import hearth.model.api.LayerVersionContentInput;
import hearth.model.api.NoContent;
import hearth.model.api.PublishLayerVersionRequest;
import hearth.model.api.PublishLayerVersionResponse;
import hearth.model.api.RemoveLayerVersionPermissionRequest;
import hearth.model.policy.ConditionKeys;
import hearth.model.policy.Requester;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may use a layer version.
class LayerPermissionsTest {
    private static final String ARN = "arn:aws:lambda:eu-north-1:123456789012:layer:tools";
    private static final String OTHER_ACCOUNT = "222222222222";

    @TempDir
    private Path data;

    private Desk desk;

    @BeforeEach
    void open() {
        desk = new Desk(data);
        desk.ask(
                ApiOperation.PUBLISH_LAYER_VERSION,
                PublishLayerVersionRequest.builder()
                        .layerName("tools")
                        .content(LayerVersionContentInput.builder()
                                .zipFile(Zips.of("one"))
                                .build())
                        .build(),
                PublishLayerVersionResponse.class);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void writesStatementsAsAwsDoes() {
        assertThat(add(permission("one", OTHER_ACCOUNT)).statement())
                .isEqualTo("{\"Sid\":\"one\",\"Effect\":\"Allow\","
                        + "\"Principal\":{\"AWS\":\"arn:aws:iam::222222222222:root\"},"
                        + "\"Action\":\"lambda:GetLayerVersion\",\"Resource\":\"" + ARN + ":1\"}");
        assertThat(add(permission("all", "*").organizationId("o-abcdefghij")).statement())
                .isEqualTo("{\"Sid\":\"all\",\"Effect\":\"Allow\",\"Principal\":\"*\","
                        + "\"Action\":\"lambda:GetLayerVersion\",\"Resource\":\"" + ARN + ":1\","
                        + "\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":\"o-abcdefghij\"}}}");
    }

    @Test
    void showsAllStatementsInTheirOrder() {
        var first = add(permission("one", "arn:aws:iam::222222222222:root"));
        var second = add(permission("two", "*").organizationId("o-abcdefghij"));
        var third = add(permission("three", "*"));

        var policy = policy();

        assertThat(policy.policy())
                .isEqualTo("{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[" + first.statement() + ","
                        + second.statement() + "," + third.statement() + "]}");
        assertThat(policy.revisionId()).isEqualTo(third.revisionId()).isNotEqualTo(second.revisionId());
    }

    @Test
    void refusesAStatementThatIsThereAlready() {
        add(permission("one", "*"));

        refused(
                () -> add(permission("one", OTHER_ACCOUNT)),
                ApiError.RESOURCE_CONFLICT,
                "The statement id (one) provided already exists."
                        + " Please provide a new statement id, or remove the existing statement.");
    }

    @Test
    void holdsTheRevisionAgainstThatOfThePolicy() {
        var mismatch = "The Revision Id provided does not match the latest Revision Id."
                + " Call the GetLayerPolicy API to retrieve the latest Revision Id";
        var first = add(permission("one", "*"));

        refused(() -> add(permission("two", "*").revisionId("another")), ApiError.PRECONDITION_FAILED, mismatch);
        refused(() -> remove("one", "another"), ApiError.PRECONDITION_FAILED, mismatch);
        var second = add(permission("two", "*").revisionId(first.revisionId()));
        refused(() -> remove("one", first.revisionId()), ApiError.PRECONDITION_FAILED, mismatch);
        remove("one", second.revisionId());

        assertThat(policy().revisionId()).isNotIn(first.revisionId(), second.revisionId());
        assertThat(policy().policy()).contains("two").doesNotContain("one");
    }

    @Test
    void hasNoPolicyWithoutAStatement() {
        var none = "No policy is associated with the given resource.";
        refused(this::policy, ApiError.RESOURCE_NOT_FOUND, none);
        refused(() -> remove("one", null), ApiError.RESOURCE_NOT_FOUND, none);

        add(permission("one", "*"));
        refused(
                () -> remove("two", null),
                ApiError.RESOURCE_NOT_FOUND,
                "Statement two is not found in resource policy.");
        remove("one", null);

        refused(this::policy, ApiError.RESOURCE_NOT_FOUND, none);
        assertThat(add(permission("one", "*")).statement()).contains("one");
    }

    @Test
    void saysWhichVersionIsNotThere() {
        var missing = "Layer version " + ARN + ":2 does not exist.";

        refused(() -> add(permission("one", "*").versionNumber(2L)), ApiError.RESOURCE_NOT_FOUND, missing);
        refused(
                () -> add(permission("one", "*").layerName("tools-doesnotexist")),
                ApiError.RESOURCE_NOT_FOUND,
                "Layer version " + ARN + "-doesnotexist:1 does not exist.");
        refused(
                () -> desk.ask(
                        ApiOperation.GET_LAYER_VERSION_POLICY,
                        GetLayerVersionPolicyRequest.builder()
                                .layerName("tools")
                                .versionNumber(2L)
                                .build(),
                        GetLayerVersionPolicyResponse.class),
                ApiError.RESOURCE_NOT_FOUND,
                missing);
        refused(
                () -> desk.ask(
                        ApiOperation.REMOVE_LAYER_VERSION_PERMISSION,
                        RemoveLayerVersionPermissionRequest.builder()
                                .layerName("tools")
                                .versionNumber(2L)
                                .statementId("one")
                                .build(),
                        NoContent.class),
                ApiError.RESOURCE_NOT_FOUND,
                missing);
        refused(
                () -> add(permission("one", "*").versionNumber(0L)),
                ApiError.INVALID_PARAMETER_VALUE,
                "Layer Version Cannot be less than 1");
    }

    @Test
    void keepsPoliciesBelowTheirLimit() {
        var id = "s".repeat(90);
        assertThatThrownBy(() -> IntStream.range(0, 200).forEach(i -> add(permission(id + i, "*"))))
                .isInstanceOfSatisfying(ApiException.class, refusal -> {
                    assertThat(refusal.error()).isEqualTo(ApiError.POLICY_LENGTH_EXCEEDED);
                    assertThat(refusal.message())
                            .matches(
                                    "The final policy size \\(20[4-9]\\d\\d\\) is bigger than the limit \\(20480\\)\\.");
                });
        assertThat(policy().policy()).hasSizeBetween(20_000, 20_480);
    }

    @Test
    void letsOthersGetTheVersionWhileAStatementDoes() {
        var denied = "User: arn:aws:iam::222222222222:root is not authorized to perform: lambda:GetLayerVersion on"
                + " resource: " + ARN + ":1 because no resource-based policy allows the lambda:GetLayerVersion action";
        refused(() -> getAs(OTHER_ACCOUNT), ApiError.ACCESS_DENIED, denied);

        add(permission("third", "333333333333"));
        add(permission("organization", "*").organizationId("o-abcdefghij"));
        refused(() -> getAs(OTHER_ACCOUNT), ApiError.ACCESS_DENIED, denied);

        add(permission("other", OTHER_ACCOUNT));
        assertThat(getAs(OTHER_ACCOUNT).layerVersionArn()).isEqualTo(ARN + ":1");

        remove("other", null);
        refused(() -> getAs(OTHER_ACCOUNT), ApiError.ACCESS_DENIED, denied);

        add(permission("everyone", "*"));
        assertThat(getAs(OTHER_ACCOUNT).content()).isNotNull();
    }

    @Test
    void letsTheOrganizationGetTheVersion() {
        add(permission("organization", "*").organizationId("o-abcdefghij"));

        assertThat(getAsMember("o-abcdefghij").layerVersionArn()).isEqualTo(ARN + ":1");
        assertThatThrownBy(() -> getAsMember("o-zzzzzzzzzz"))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.error())
                        .isEqualTo(ApiError.ACCESS_DENIED));
    }

    private static AddLayerVersionPermissionRequest.Builder permission(String id, String principal) {
        return AddLayerVersionPermissionRequest.builder()
                .layerName("tools")
                .versionNumber(1L)
                .statementId(id)
                .action("lambda:GetLayerVersion")
                .principal(principal);
    }

    private AddLayerVersionPermissionResponse add(AddLayerVersionPermissionRequest.Builder request) {
        return desk.ask(
                ApiOperation.ADD_LAYER_VERSION_PERMISSION, request.build(), AddLayerVersionPermissionResponse.class);
    }

    private void remove(String id, @Nullable String revisionId) {
        desk.ask(
                ApiOperation.REMOVE_LAYER_VERSION_PERMISSION,
                RemoveLayerVersionPermissionRequest.builder()
                        .layerName("tools")
                        .versionNumber(1L)
                        .statementId(id)
                        .revisionId(revisionId)
                        .build(),
                NoContent.class);
    }

    private GetLayerVersionPolicyResponse policy() {
        return desk.ask(
                ApiOperation.GET_LAYER_VERSION_POLICY,
                GetLayerVersionPolicyRequest.builder()
                        .layerName("tools")
                        .versionNumber(1L)
                        .build(),
                GetLayerVersionPolicyResponse.class);
    }

    private GetLayerVersionResponse getAs(String account) {
        return get(new Caller(new AccountId(account), Desk.CALLER.region(), Desk.CALLER.endpoint()));
    }

    private GetLayerVersionResponse getAsMember(String organization) {
        var account = new AccountId(OTHER_ACCOUNT);
        return get(new Caller(
                account,
                Desk.CALLER.region(),
                Desk.CALLER.endpoint(),
                new Requester.Account(account, "aws"),
                ConditionKeys.NONE.with(ConditionKeys.PRINCIPAL_ORG_ID, organization)));
    }

    private GetLayerVersionResponse get(Caller caller) {
        return (GetLayerVersionResponse) desk.control.handle(
                ApiOperation.GET_LAYER_VERSION,
                caller,
                GetLayerVersionRequest.builder()
                        .layerName(ARN)
                        .versionNumber(1L)
                        .build());
    }
}
