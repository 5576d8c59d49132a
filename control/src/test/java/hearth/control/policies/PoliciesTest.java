package hearth.control.policies;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.control.Desk;
import hearth.model.ApiError;
import hearth.model.api.AddPermissionRequest;
import hearth.model.api.AddPermissionResponse;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.ApiOperation;
import hearth.model.api.CreateAliasRequest;
import hearth.model.api.DeleteAliasRequest;
import hearth.model.api.GetAliasRequest;
import hearth.model.api.GetPolicyRequest;
import hearth.model.api.GetPolicyResponse;
import hearth.model.api.NoContent;
import hearth.model.api.RemovePermissionRequest;
import hearth.model.policy.Policy;
import hearth.model.policy.PolicyCondition;
import hearth.model.policy.Principal;
import hearth.model.policy.Statement;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoliciesTest {
    private static final String GREET = Desk.ARN + "greet";

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

    @Test
    void writesAStatementAsAwsDoes() {
        var statement = add(permission("s3"));

        assertThat(statement)
                .isEqualTo("{\"Sid\":\"s3\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"s3.amazonaws.com\"},"
                        + "\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" + GREET + "\"}");
        assertThat(get("greet").policy())
                .isEqualTo("{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[" + statement + "]}");
    }

    @Test
    void writesEveryConditionAsAwsDoes() {
        var statement = add(permission("all")
                .action("lambda:InvokeFunctionUrl")
                .principal("*")
                .sourceArn("arn:aws:s3:::bucket")
                .sourceAccount("123456789012")
                .functionUrlAuthType("NONE")
                .principalOrgID("o-a1b2c3d4e5")
                .eventSourceToken("token")
                .invokedViaFunctionUrl(true));

        assertThat(statement)
                .isEqualTo("{\"Sid\":\"all\",\"Effect\":\"Allow\",\"Principal\":\"*\","
                        + "\"Action\":\"lambda:InvokeFunctionUrl\",\"Resource\":\"" + GREET + "\",\"Condition\":{"
                        + "\"StringEquals\":{\"AWS:SourceAccount\":\"123456789012\",\"lambda:FunctionUrlAuthType\":\"NONE\","
                        + "\"aws:PrincipalOrgID\":\"o-a1b2c3d4e5\",\"lambda:EventSourceToken\":\"token\"},"
                        + "\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:s3:::bucket\"},"
                        + "\"Bool\":{\"lambda:InvokedViaFunctionUrl\":\"true\"}}}");
    }

    @Test
    void keepsStatementsInTheOrderOfTheirAdditionAndReadsThemBackWhole() {
        var first = add(permission("b").sourceArn("arn:aws:s3:::bucket").sourceAccount("123456789012"));
        var second = add(permission("a").principal("123456789012"));
        var third = add(permission("c").principal("*").principalOrgID("o-a1b2c3d4e5"));

        assertThat(get("greet").policy()).endsWith("\"Statement\":[" + first + "," + second + "," + third + "]}");
        Optional<Policy> policy = desk.store
                .functions()
                .read(Desk.CALLER.function("greet"), view -> FunctionPolicies.find(view, "$LATEST"));
        assertThat(policy)
                .hasValue(new Policy(
                        "2012-10-17",
                        "default",
                        List.of(
                                Statement.allowing(
                                        "b",
                                        new Principal.Service("s3.amazonaws.com"),
                                        "lambda:InvokeFunction",
                                        GREET,
                                        List.of(
                                                new PolicyCondition(
                                                        "StringEquals", "AWS:SourceAccount", "123456789012"),
                                                new PolicyCondition(
                                                        "ArnLike", "AWS:SourceArn", "arn:aws:s3:::bucket"))),
                                Statement.allowing(
                                        "a",
                                        new Principal.Identity("arn:aws:iam::123456789012:root"),
                                        "lambda:InvokeFunction",
                                        GREET,
                                        List.of()),
                                Statement.allowing(
                                        "c",
                                        new Principal.Everyone(),
                                        "lambda:InvokeFunction",
                                        GREET,
                                        List.of(new PolicyCondition(
                                                "StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))))));
    }

    @Test
    void takesServicesAccountsAndIdentities() {
        assertPrincipal("events.amazonaws.com", "{\"Service\":\"events.amazonaws.com\"}");
        assertPrincipal("logs.eu-north-1.amazonaws.com", "{\"Service\":\"logs.eu-north-1.amazonaws.com\"}");
        assertPrincipal("alexa-appkit.amazon.com", "{\"Service\":\"alexa-appkit.amazon.com\"}");
        assertPrincipal("111122223333", "{\"AWS\":\"arn:aws:iam::111122223333:root\"}");
        for (var arn : List.of(
                "arn:aws:iam::111122223333:root",
                "arn:aws:iam::111122223333:role/path/any",
                "arn:aws:iam::111122223333:user/ann",
                "arn:aws:sts::111122223333:assumed-role/any/session")) {
            assertPrincipal(arn, "{\"AWS\":\"" + arn + "\"}");
        }
    }

    private void assertPrincipal(String principal, String written) {
        var statement = add(permission("p").principal(principal));

        assertThat(statement).contains("\"Principal\":" + written + ",");
        remove(removal("p"));
    }

    @Test
    void refusesOtherPrincipals() {
        for (var principal : List.of(
                "invalid.nonaws.com",
                "amazonaws.com",
                "1234567890123",
                "ann",
                "arn:aws:s3:::bucket",
                "arn:aws:iam::111122223333:user/*",
                "arn:aws:iam::111122223333:group/all",
                "a.".repeat(200_000) + "com",
                "arn:aws:iam::111122223333:role/" + "a/".repeat(200_000) + "*")) {
            refused(
                    () -> add(permission("p").principal(principal)),
                    ApiError.INVALID_PARAMETER_VALUE,
                    "The provided principal was invalid. Please check the principal and try again.");
        }
        refused(() -> get("greet"), ApiError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
    }

    @Test
    void refusesAnAuthTypeForOtherActions() {
        refused(
                () -> add(permission("url").functionUrlAuthType("NONE")),
                ApiError.INVALID_PARAMETER_VALUE,
                "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action");
    }

    @Test
    void isOneForEachVersionAndAlias() {
        var function = add(permission("same"));
        var version = add(permission("same").qualifier("1"));
        var alias = add(permission("same").functionName("greet:live"));

        assertThat(function).contains("\"Resource\":\"" + GREET + "\"");
        assertThat(version).contains("\"Resource\":\"" + GREET + ":1\"");
        assertThat(alias).contains("\"Resource\":\"" + GREET + ":live\"");
        assertThat(get("greet").policy()).contains(function);
        assertThat(get("greet:1").policy()).contains(version);
        assertThat(get("greet:live").policy()).contains(alias);
        assertThat(get("greet:$LATEST")).isEqualTo(get("greet"));
    }

    @Test
    void isNotCopiedToAVersion() {
        add(permission("one"));

        refused(() -> get("greet:1"), ApiError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
        refused(() -> get("greet:live"), ApiError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
    }

    @Test
    void changesTheRevisionOfWhatItBelongsToAlone() {
        var latest = revision("greet");
        var version = revision("greet:1");
        var alias = aliasRevision();

        add(permission("function"));
        assertThat(revision("greet"))
                .isNotEqualTo(latest)
                .isEqualTo(get("greet").revisionId());
        assertThat(revision("greet:1")).isEqualTo(version);
        latest = revision("greet");

        add(permission("version").qualifier("1"));
        assertThat(revision("greet:1"))
                .isNotEqualTo(version)
                .isEqualTo(get("greet:1").revisionId());
        assertThat(revision("greet")).isEqualTo(latest);
        assertThat(aliasRevision()).isEqualTo(alias);
        version = revision("greet:1");

        add(permission("alias").qualifier("live"));
        assertThat(aliasRevision())
                .isNotEqualTo(alias)
                .isEqualTo(get("greet:live").revisionId());
        assertThat(revision("greet:1")).isEqualTo(version);

        remove(removal("function"));
        assertThat(revision("greet")).isNotEqualTo(latest);
        remove(removal("version").qualifier("1"));
        assertThat(revision("greet:1")).isNotEqualTo(version);
    }

    @Test
    void changesOnlyTheRevisionThatTheCallerKnows() {
        var first = revision("greet");
        add(permission("one").revisionId(first));
        var second = revision("greet");
        var mismatch = "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to"
                + " retrieve the latest Revision Id";

        refused(() -> add(permission("two").revisionId(first)), ApiError.PRECONDITION_FAILED, mismatch);
        refused(() -> remove(removal("one").revisionId(first)), ApiError.PRECONDITION_FAILED, mismatch);
        assertThat(revision("greet")).isEqualTo(second);

        remove(removal("one").revisionId(second));
        refused(() -> get("greet"), ApiError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
    }

    @Test
    void leavesTheLastUpdateAndTheCodeAlone() {
        var before = desk.get("greet");

        add(permission("one"));

        assertThat(desk.get("greet").toBuilder().revisionId(before.revisionId()).build())
                .isEqualTo(before);
        assertThat(desk.publish("greet").version()).isEqualTo("1");
    }

    @Test
    void refusesAStatementThatIsThereAlready() {
        add(permission("s1"));

        refused(
                () -> add(permission("s1").principal("events.amazonaws.com")),
                ApiError.RESOURCE_CONFLICT,
                "The statement id (s1) provided already exists. Please provide a new statement id, or remove the"
                        + " existing statement.");
    }

    @Test
    void refusesWhatIsNotThere() {
        refused(
                () -> add(permission("s1").functionName("none")),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + Desk.ARN + "none");
        refused(
                () -> add(permission("s1").qualifier("$LATEST")),
                ApiError.INVALID_PARAMETER_VALUE,
                "We currently do not support adding policies for $LATEST.");
        refused(
                () -> add(permission("s1").qualifier("42")),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + GREET + ":42");
        refused(
                () -> add(permission("s1").qualifier("alias-doesnotexist")),
                ApiError.RESOURCE_NOT_FOUND,
                "Cannot find alias arn: " + GREET + ":alias-doesnotexist");
        refused(
                () -> add(permission("s1").qualifier("valid-with-$-but-doesnotexist")),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + GREET + ":valid-with-$-but-doesnotexist");
        refused(
                () -> add(permission("s1").functionName("greet:alias-not-42").qualifier("42")),
                ApiError.INVALID_PARAMETER_VALUE,
                "The derived qualifier from the function name does not match the specified qualifier.");
        refused(() -> get("none"), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + Desk.ARN + "none");
        refused(() -> get("greet:42"), ApiError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
    }

    @Test
    void refusesToRemoveWhatIsNotThere() {
        refused(
                () -> remove(removal("s1").functionName("doesnotexist")),
                ApiError.RESOURCE_NOT_FOUND,
                "No policy found for: " + Desk.ARN + "doesnotexist");
        refused(
                () -> remove(removal("s1")),
                ApiError.RESOURCE_NOT_FOUND,
                "No policy is associated with the given resource.");
        refused(
                () -> remove(removal("s1").qualifier("42")),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + GREET + ":42");
        add(permission("s1"));
        refused(
                () -> remove(removal("non-existent")),
                ApiError.RESOURCE_NOT_FOUND,
                "Statement non-existent is not found in resource policy.");
    }

    @Test
    void isGoneWithItsLastStatement() {
        add(permission("one"));
        add(permission("two"));

        remove(removal("one"));
        assertThat(get("greet").policy()).contains("\"two\"").doesNotContain("\"one\"");
        remove(removal("two"));

        refused(() -> get("greet"), ApiError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
    }

    @Test
    void goesWithItsAlias() {
        add(permission("one").qualifier("live"));
        desk.ask(
                ApiOperation.DELETE_ALIAS,
                DeleteAliasRequest.builder().functionName("greet").name("live").build(),
                NoContent.class);

        refused(() -> get("greet:live"), ApiError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
    }

    @Test
    void isNoLargerThan20Kilobytes() {
        var statement = add(permission("s1000"));
        int frame = "{'Version':'2012-10-17','Id':'default','Statement':[]}".length();
        int room = (20_480 - frame + 1) / (statement.length() + 1);
        for (int i = 1; i < room; i++) {
            add(permission("s" + (1000 + i)));
        }
        var full = get("greet");

        int next = frame + (room + 1) * (statement.length() + 1) - 1;
        refused(
                () -> add(permission("s" + (1000 + room))),
                ApiError.POLICY_LENGTH_EXCEEDED,
                "The final policy size (" + next + ") is bigger than the limit (20480).");
        assertThat(get("greet")).isEqualTo(full);
    }

    private String add(AddPermissionRequest.Builder request) {
        return Objects.requireNonNull(
                desk.ask(ApiOperation.ADD_PERMISSION, request.build(), AddPermissionResponse.class)
                        .statement());
    }

    private void remove(RemovePermissionRequest.Builder request) {
        desk.ask(ApiOperation.REMOVE_PERMISSION, request.build(), NoContent.class);
    }

    private GetPolicyResponse get(String function) {
        return desk.ask(
                ApiOperation.GET_POLICY,
                GetPolicyRequest.builder().functionName(function).build(),
                GetPolicyResponse.class);
    }

    private @Nullable String revision(String function) {
        return desk.get(function).revisionId();
    }

    private @Nullable String aliasRevision() {
        return desk.ask(
                        ApiOperation.GET_ALIAS,
                        GetAliasRequest.builder()
                                .functionName("greet")
                                .name("live")
                                .build(),
                        AliasConfiguration.class)
                .revisionId();
    }

    private static AddPermissionRequest.Builder permission(String id) {
        return AddPermissionRequest.builder()
                .functionName("greet")
                .statementId(id)
                .action("lambda:InvokeFunction")
                .principal("s3.amazonaws.com");
    }

    private static RemovePermissionRequest.Builder removal(String id) {
        return RemovePermissionRequest.builder().functionName("greet").statementId(id);
    }
}
