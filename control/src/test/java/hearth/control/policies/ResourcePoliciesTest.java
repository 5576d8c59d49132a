package hearth.control.policies;

import static hearth.control.Refused.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import hearth.control.Desk;
import hearth.model.ApiError;
import hearth.model.api.AddPermissionRequest;
import hearth.model.api.AddPermissionResponse;
import hearth.model.api.AliasConfiguration;
import hearth.model.api.ApiOperation;
import hearth.model.api.CreateAliasRequest;
import hearth.model.api.DeleteAliasRequest;
import hearth.model.api.DeleteFunctionRequest;
import hearth.model.api.DeleteFunctionResponse;
import hearth.model.api.DeleteResourcePolicyRequest;
import hearth.model.api.GetPolicyRequest;
import hearth.model.api.GetPolicyResponse;
import hearth.model.api.GetResourcePolicyRequest;
import hearth.model.api.GetResourcePolicyResponse;
import hearth.model.api.NoContent;
import hearth.model.api.PutResourcePolicyRequest;
import hearth.model.api.PutResourcePolicyResponse;
import hearth.model.api.RemovePermissionRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourcePoliciesTest {
    private static final String GREET = Desk.ARN + "greet";
    private static final String NOTHING = "The resource you requested does not exist.";
    private static final String NONE = "No policy is associated with the given resource.";

    /// What only a whole policy can say: a denial, several principals, actions and resources, and keys of conditions
    /// that no permission has.
    private static final String FULL = ("{'Version':'2012-10-17','Id':'mine','Statement':["
                    + "{'Effect':'Deny','Sid':'d','NotPrincipal':{'AWS':['111122223333','arn:aws:iam::111122223333:role/r']},"
                    + "'Action':'lambda:*','Resource':'" + GREET + "',"
                    + "'Condition':{'NumericLessThan':{'custom:Level':[1.50,2]},'Null':{'aws:TokenIssueTime':true}}},"
                    + "{'Sid':'a','Effect':'Allow','Principal':{'AWS':'444455556666','Service':['s3.amazonaws.com']},"
                    + "'Action':['lambda:InvokeFunction','lambda:UpdateFunctionCode','lambda:Get*'],"
                    + "'Resource':['" + GREET + "','" + GREET + ":*'],"
                    + "'Condition':{'StringEquals':{'aws:RequestTag/team':['a','b']}}}]}")
            .replace('\'', '"');

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
    void keepsEveryStatementInFull() {
        var put = put(GREET, FULL.replace(",", " ,\n "));

        assertThat(put.policy()).isEqualTo(FULL);
        assertThat(get(GREET)).isEqualTo(new GetResourcePolicyResponse(FULL, put.revisionId()));
        assertThat(getPolicy("greet")).isEqualTo(new GetPolicyResponse(FULL, put.revisionId()));
        assertThat(desk.get("greet").revisionId()).isEqualTo(put.revisionId());
    }

    @Test
    void isOneWithThePermissions() {
        var added = add("greet", "first");
        assertThat(get(GREET).policy()).contains(added);

        put(GREET, FULL);
        assertThat(getPolicy("greet").policy()).isEqualTo(FULL);

        var second = add("greet", "second");
        assertThat(get(GREET).policy())
                .isEqualTo(FULL.substring(0, FULL.length() - 2) + "," + second + "]}")
                .isEqualTo(getPolicy("greet").policy());
        refused(
                () -> add("greet", "d"),
                ApiError.RESOURCE_CONFLICT,
                "The statement id (d) provided already exists. Please provide a new statement id, or remove the"
                        + " existing statement.");

        remove("greet", "a");
        assertThat(get(GREET).policy())
                .contains("\"Sid\":\"d\"", second)
                .doesNotContain("\"Sid\":\"a\"")
                .startsWith("{\"Version\":\"2012-10-17\",\"Id\":\"mine\",");
    }

    @Test
    void isOneForEachFunctionVersionAndAlias() {
        for (var arn : List.of(GREET, GREET + ":1", GREET + ":live")) {
            put(arn, allowing(arn));
        }

        for (var arn : List.of(GREET, GREET + ":1", GREET + ":live")) {
            assertThat(get(arn).policy()).isEqualTo(allowing(arn));
        }
        assertThat(getPolicy("greet:live").policy()).isEqualTo(allowing(GREET + ":live"));
        assertThat(get(GREET + ":$LATEST")).isEqualTo(get(GREET));
    }

    @Test
    void goesWithWhatItBelongsTo() {
        put(GREET + ":live", allowing(GREET + ":live"));
        put(GREET + ":1", allowing(GREET + ":1"));

        desk.ask(
                ApiOperation.DELETE_ALIAS,
                DeleteAliasRequest.builder().functionName("greet").name("live").build(),
                NoContent.class);
        refused(() -> get(GREET + ":live"), ApiError.RESOURCE_NOT_FOUND, "Cannot find alias arn: " + GREET + ":live");

        delete("greet", "1");
        refused(() -> get(GREET + ":1"), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + GREET + ":1");

        put(GREET, allowing(GREET));
        delete("greet", null);
        refused(() -> get(GREET), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + GREET);
        desk.createActive("greet");
        refused(() -> get(GREET), ApiError.RESOURCE_NOT_FOUND, NOTHING);
    }

    @Test
    void isDeletedWhole() {
        put(GREET, FULL);
        var before = desk.get("greet").revisionId();

        deletePolicy(GREET, null);

        refused(() -> get(GREET), ApiError.RESOURCE_NOT_FOUND, NOTHING);
        refused(() -> getPolicy("greet"), ApiError.RESOURCE_NOT_FOUND, NOTHING);
        refused(() -> deletePolicy(GREET, null), ApiError.RESOURCE_NOT_FOUND, NONE);
        assertThat(desk.get("greet").revisionId()).isNotEqualTo(before);
    }

    @Test
    void changesOnlyTheRevisionThatTheCallerKnows() {
        var first = Objects.requireNonNull(desk.get("greet").revisionId());
        var second = Objects.requireNonNull(put(GREET, FULL, first).revisionId());
        var mismatch = "The Revision Id provided does not match the latest Revision Id. Call the GetResourcePolicy API"
                + " to retrieve the latest Revision Id";

        refused(() -> put(GREET, allowing(GREET), first), ApiError.PRECONDITION_FAILED, mismatch);
        refused(() -> deletePolicy(GREET, first), ApiError.PRECONDITION_FAILED, mismatch);
        assertThat(get(GREET).policy()).isEqualTo(FULL);

        deletePolicy(GREET, second);
        refused(() -> get(GREET), ApiError.RESOURCE_NOT_FOUND, NOTHING);
    }

    @Test
    void refusesWhatIsNotThere() {
        var none = Desk.ARN + "none";
        refused(() -> put(none, allowing(none)), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + none);
        refused(() -> get(none), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + none);
        refused(() -> deletePolicy(none, null), ApiError.RESOURCE_NOT_FOUND, "Function not found: " + none);
        refused(
                () -> put(GREET + ":7", allowing(GREET + ":7")),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + GREET + ":7");
        refused(
                () -> put(GREET + ":$LATEST", allowing(GREET)),
                ApiError.INVALID_PARAMETER_VALUE,
                "We currently do not support adding policies for $LATEST.");
        refused(
                () -> get(GREET + ":a$LATEST"),
                ApiError.RESOURCE_NOT_FOUND,
                "Function not found: " + GREET + ":a$LATEST");
    }

    @Test
    void isNoLargerThan20Kilobytes() {
        var large = allowing(GREET).replace("\"Sid\":\"s\"", "\"Sid\":\"" + "s".repeat(20_480) + "\"");
        var wide = allowing(GREET).replace("\"Sid\":\"s\"", "\"Sid\":\"" + "é".repeat(10_200) + "\"");
        put(GREET, allowing(GREET).replace("\"Sid\":\"s\"", "\"Sid\":\"" + "s".repeat(20_000) + "\""));
        var before = get(GREET);

        for (var each : List.of(large, wide)) {
            int size = each.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            refused(
                    () -> put(GREET, each),
                    ApiError.POLICY_LENGTH_EXCEEDED,
                    "The final policy size (" + size + ") is bigger than the limit (20480).");
        }
        assertThat(get(GREET)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no JSON",
                "",
                "{",
                "{} {}",
                "[]",
                "'text'",
                "7",
                "null",
                "{}",
                "{'Statement':[]}",
                "{'Statement':null}",
                "{'Statement':[7]}",
                "{'Statement':[[]]}",
                "{'Version':7,'Statement':[STATEMENT]}",
                "{'Version':'2024-01-01','Statement':[STATEMENT]}",
                "{'Version':'2012-10-17','Version':'2012-10-17','Statement':[STATEMENT]}",
                "{'Statements':[STATEMENT]}",
                "{'Statement':[STATEMENT,STATEMENT]}",
                "{'Statement':{'Sid':'s'}}",
                "{'Statement':{'Sid':7,REST}}",
                "{'Statement':{'Effect':'allow',PRINCIPAL,ACTION,RESOURCE}}",
                "{'Statement':{'Effect':['Allow'],PRINCIPAL,ACTION,RESOURCE}}",
                "{'Statement':{PRINCIPAL,ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow',ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','Principal':'me',ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','Principal':{},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','Principal':{'AWS':[]},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','Principal':{'AWS':{}},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','Principal':{'AWS':'ann'},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','Principal':{'Cloud':'ann'},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','Principal':{'Service':'nowhere.example'},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,'NotPrincipal':{'AWS':'111122223333'},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,RESOURCE}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,'Action':[],RESOURCE}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,'Action':'s3:GetObject',RESOURCE}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,'Action':'lambda:',RESOURCE}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,ACTION}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,ACTION,'Resource':'arn:aws:s3:::bucket'}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,ACTION,'Resource':'GREETING'}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,ACTION,'Resource':['GREET','arn:aws:s3:::bucket']}}",
                "{'Statement':{REST,'Condition':[]}}",
                "{'Statement':{REST,'Condition':{'Equals':{'aws:SourceAccount':'1'}}}}",
                "{'Statement':{REST,'Condition':{'StringEquals':'1'}}}",
                "{'Statement':{REST,'Condition':{'StringEquals':{'aws:SourceAccount':{}}}}}",
                "{'Statement':{REST,'Condition':{'StringEquals':{'aws:SourceAccount':[null]}}}}",
                "{'Statement':{REST,'Condition':{'StringEquals':{'aws:SourceAccount':[]}}}}",
                "{'Statement':{REST,'Condition':{'DateLessThan':{'aws:CurrentTime':'tomorrow'}}}}",
                "{'Statement':{'Effect':'Deny',PRINCIPAL,ACTION,RESOURCE,'Condition':{'IpAddress':{'aws:SourceIp':'here'}}}}",
                "{'Statement':{REST,'Conditions':{}}}"
            })
    void refusesWhatIsNoPolicyOfTheFunction(String template) {
        refused(() -> put(GREET, policy(template)), ApiError.INVALID_PARAMETER_VALUE);
        refused(() -> get(GREET), ApiError.RESOURCE_NOT_FOUND, NOTHING);
    }

    @Test
    void refusesTheFunctionInThePolicyOfItsAlias() {
        refused(() -> put(GREET + ":live", allowing(GREET)), ApiError.INVALID_PARAMETER_VALUE);
        assertThatNoException().isThrownBy(() -> put(GREET + ":live", allowing(GREET + ":l*")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'Statement':{'Effect':'Allow','Principal':'*',ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','Principal':{'AWS':'*'},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','Principal':{'AWS':['111122223333','*']},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','NotPrincipal':{'AWS':'111122223333'},ACTION,RESOURCE}}",
                "{'Statement':[STATEMENT,{'Effect':'Allow','Principal':'*',ACTION,RESOURCE}]}",
                "ALL 'StringEquals':{'aws:RequestTag/team':'a'}",
                "ALL 'StringNotEquals':{'aws:PrincipalOrgID':'o-a1b2c3d4e5'}",
                "ALL 'StringEqualsIfExists':{'aws:PrincipalOrgID':'o-a1b2c3d4e5'}",
                "ALL 'ForAllValues:StringLike':{'aws:PrincipalOrgPaths':'o-a1b2c3d4e5/*'}",
                "ALL 'StringLike':{'aws:PrincipalOrgID':'*'}",
                "ALL 'StringLike':{'aws:PrincipalOrgID':['o-a1b2c3d4e5','*']}",
                "ALL 'StringEquals':{'aws:PrincipalAccount':'${aws:PrincipalAccount}'}",
                "ALL 'ArnLike':{'aws:SourceArn':'arn:aws:sns:*:*:topic'}",
                "ALL 'ArnLike':{'aws:SourceArn':'arn:aws:s3:::*'}",
                "ALL 'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::*'}",
                "ALL 'StringLike':{'aws:PrincipalArn':'arn:*'}",
                "ALL 'StringLike':{'aws:PrincipalArn':'arn*'}",
                "ALL 'StringLike':{'aws:PrincipalArn':'a*'}",
                "ALL 'StringLike':{'aws:PrincipalArn':'ar?:*'}",
                "ALL 'ArnLike':{'aws:SourceArn':'arn*'}",
                "ALL 'StringLike':{'aws:SourceArn':['arn:aws:s3:::bucket','arn?aws*']}",
                "ALL 'StringLike':{'aws:PrincipalOrgID':'o-*'}",
                "ALL 'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':'o*'}",
                "ALL 'StringLike':{'aws:PrincipalArn':'ar?:aws:iam::111122223333:role/any'}",
                "ALL 'Bool':{'lambda:InvokedViaFunctionUrl':'False'}",
                "ALL 'IpAddress':{'aws:SourceIp':'0.0.0.0/0'}",
                "ALL 'IpAddress':{'aws:SourceIp':['203.0.113.0/24','::/0']}",
                "ALL 'Bool':{'lambda:InvokedViaFunctionUrl':'false'}"
            })
    void refusesWhatIsOpenToThePublic(String template) {
        refused(() -> put(GREET, policy(template)), ApiError.PUBLIC_POLICY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'Statement':{'Effect':'Deny','Principal':'*',ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Deny','NotPrincipal':{'AWS':'111122223333'},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow','Principal':{'Federated':'accounts.google.com'},ACTION,RESOURCE}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,'NotAction':'lambda:Delete*','NotResource':'GREET:1'}}",
                "{'Statement':{'Effect':'Allow',PRINCIPAL,'Action':'*','Resource':'*'}}",
                "ALL 'StringEquals':{'aws:PrincipalOrgID':'o-a1b2c3d4e5'}",
                "ALL 'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':'o-a1b2c3d4e5/r-ab12/*'}",
                "ALL 'ArnLike':{'AWS:SourceArn':'arn:aws:sns:*:123456789012:*'}",
                "ALL 'ArnLike':{'AWS:SourceArn':'arn:aws:s3:::bucket'}",
                "ALL 'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}",
                "ALL 'StringLike':{'aws:PrincipalArn':'arn:aws:iam::123456789012:role/*'}",
                "ALL 'StringLike':{'aws:userid':'AROAEXAMPLE:*'}",
                "ALL 'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':'o-a1b2c3d4e5/*'}",
                "ALL 'StringEquals':{'lambda:FunctionUrlAuthType':'NONE'}",
                "ALL 'Bool':{'lambda:InvokedViaFunctionUrl':true}"
            })
    void takesWhatIsNot(String template) {
        assertThat(put(GREET, policy(template)).policy()).isEqualTo(get(GREET).policy());
    }

    @ParameterizedTest
    @CsvSource({"*,false", "s3.amazonaws.com,true", "111122223333,true"})
    void aPermissionIsNotForThePublicEither(String principal, boolean taken) {
        var request = permission("greet", "p").principal(principal);

        if (taken) {
            desk.ask(ApiOperation.ADD_PERMISSION, request.build(), AddPermissionResponse.class);
        } else {
            refused(
                    () -> desk.ask(ApiOperation.ADD_PERMISSION, request.build(), AddPermissionResponse.class),
                    ApiError.PUBLIC_POLICY);
        }
    }

    /// Stands for a policy, as the templates of the tests above spell it.
    private static String policy(String template) {
        var conditioned = template.startsWith("ALL ")
                ? "{'Statement':{'Effect':'Allow','Principal':'*',ACTION,RESOURCE,'Condition':{"
                        + template.substring("ALL ".length()) + "}}}"
                : template;
        return conditioned
                .replace("STATEMENT", "{'Sid':'s',REST}")
                .replace("REST", "'Effect':'Allow',PRINCIPAL,ACTION,RESOURCE")
                .replace("PRINCIPAL", "'Principal':{'AWS':'111122223333'}")
                .replace("ACTION", "'Action':'lambda:InvokeFunction'")
                .replace("RESOURCE", "'Resource':'GREET'")
                .replace("GREET", GREET)
                .replace('\'', '"');
    }

    private static String allowing(String resource) {
        return ("{'Version':'2012-10-17','Statement':[{'Sid':'s','Effect':'Allow',"
                        + "'Principal':{'AWS':'arn:aws:iam::111122223333:root'},'Action':'lambda:InvokeFunction',"
                        + "'Resource':'" + resource + "'}]}")
                .replace('\'', '"');
    }

    private PutResourcePolicyResponse put(String arn, String policy) {
        return put(arn, policy, null);
    }

    private PutResourcePolicyResponse put(String arn, String policy, @Nullable String revisionId) {
        return desk.ask(
                ApiOperation.PUT_RESOURCE_POLICY,
                new PutResourcePolicyRequest(arn, policy, revisionId),
                PutResourcePolicyResponse.class);
    }

    private GetResourcePolicyResponse get(String arn) {
        return desk.ask(
                ApiOperation.GET_RESOURCE_POLICY, new GetResourcePolicyRequest(arn), GetResourcePolicyResponse.class);
    }

    private void deletePolicy(String arn, @Nullable String revisionId) {
        desk.ask(
                ApiOperation.DELETE_RESOURCE_POLICY, new DeleteResourcePolicyRequest(arn, revisionId), NoContent.class);
    }

    private void delete(String function, @Nullable String qualifier) {
        desk.ask(
                ApiOperation.DELETE_FUNCTION,
                DeleteFunctionRequest.builder()
                        .functionName(function)
                        .qualifier(qualifier)
                        .build(),
                DeleteFunctionResponse.class);
    }

    private GetPolicyResponse getPolicy(String function) {
        return desk.ask(
                ApiOperation.GET_POLICY,
                GetPolicyRequest.builder().functionName(function).build(),
                GetPolicyResponse.class);
    }

    private @Nullable String add(String function, String id) {
        return desk.ask(ApiOperation.ADD_PERMISSION, permission(function, id).build(), AddPermissionResponse.class)
                .statement();
    }

    private void remove(String function, String id) {
        desk.ask(
                ApiOperation.REMOVE_PERMISSION,
                RemovePermissionRequest.builder()
                        .functionName(function)
                        .statementId(id)
                        .build(),
                NoContent.class);
    }

    private static AddPermissionRequest.Builder permission(String function, String id) {
        return AddPermissionRequest.builder()
                .functionName(function)
                .statementId(id)
                .action("lambda:InvokeFunction")
                .principal("s3.amazonaws.com");
    }
}
