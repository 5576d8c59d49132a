package hearth.conformance;

import static hearth.conformance.TestServer.lambda;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LogType;

/// Two accounts, one of which uses a function of the other by its resource policy.
class OtherAccountTest {
    private static final String FRIEND = "111122223333";

    /// Invokes a function by the key that it finds, as any client does where nothing is verified.
    private static final String CALLER = """
            import json, os, urllib.error, urllib.request
            def handler(event, context):
                url = os.environ['AWS_ENDPOINT_URL_LAMBDA'] + '/2015-03-31/functions/' + event['arn'] + '/invocations'
                key = os.environ['AWS_ACCESS_KEY_ID'] + '/20260101/eu-west-1/lambda/aws4_request'
                request = urllib.request.Request(url, b'{}', {'Authorization':
                    'AWS4-HMAC-SHA256 Credential=' + key + ', SignedHeaders=host, Signature=0'})
                try:
                    answer = urllib.request.urlopen(request)
                    return str(answer.status) + ' ' + answer.read().decode()
                except urllib.error.HTTPError as refusal:
                    return str(refusal.code) + ' ' + json.loads(refusal.read())['Message']
            """;

    private static LambdaClient friend;
    private static LambdaClient stranger;

    private String name;
    private String arn;

    @BeforeAll
    static void open() {
        friend = account(FRIEND);
        stranger = account("444455556666");
    }

    @AfterAll
    static void close() {
        friend.close();
        stranger.close();
    }

    @BeforeEach
    void create() {
        name = TestServer.create(CreateFunctionRequest.builder()
                .functionName(TestServer.name("shared"))
                .runtime("python3.11")
                .handler("app.handler")
                .role("arn:aws:iam::000000000000:role/any")
                .timeout(60)
                .code(c -> c.zipFile(
                        Zips.of("app.py", "def handler(event, context):\n    return context.invoked_function_arn\n")))
                .build());
        arn = "arn:aws:lambda:eu-west-1:000000000000:function:" + name;
    }

    @Test
    void invokesWhatItIsAllowedTo() {
        denied(() -> invoke(friend, arn), "lambda:InvokeFunction", arn);

        lambda().addPermission(r -> r.functionName(name)
                .statementId("friend")
                .action("lambda:InvokeFunction")
                .principal(FRIEND));

        assertThat(invoke(friend, arn)).isEqualTo('"' + arn + '"');
        assertThat(invoke(friend, "000000000000:function:" + name)).isEqualTo('"' + arn + '"');
        denied(() -> invoke(stranger, arn), "lambda:InvokeFunction", arn, "444455556666");
        denied(() -> friend.getFunction(r -> r.functionName(arn)), "lambda:GetFunction", arn);
        assertThatThrownBy(() -> friend.invoke(r -> r.functionName(arn).logType(LogType.TAIL)))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("Cross-account log access is not allowed");

        lambda().removePermission(r -> r.functionName(name).statementId("friend"));

        denied(() -> invoke(friend, arn), "lambda:InvokeFunction", arn);
    }

    @Test
    void invokesTheAliasThatItIsGiven() {
        lambda().publishVersion(r -> r.functionName(name));
        lambda().createAlias(r -> r.functionName(name).name("live").functionVersion("1"));
        lambda().addPermission(r -> r.functionName(name)
                .qualifier("live")
                .statementId("friend")
                .action("lambda:InvokeFunction")
                .principal(FRIEND));

        assertThat(invoke(friend, arn + ":live")).isEqualTo('"' + arn + ":live\"");
        assertThat(friend.invoke(r -> r.functionName(arn).qualifier("live")).executedVersion())
                .isEqualTo("1");
        denied(() -> invoke(friend, arn), "lambda:InvokeFunction", arn);
        denied(() -> invoke(friend, arn + ":1"), "lambda:InvokeFunction", arn + ":1");
    }

    @Test
    void changesWhatItIsAllowedToAndNoMore() {
        var policy = """
                {'Version':'2012-10-17','Statement':[
                  {'Sid':'most','Effect':'Allow','Principal':{'AWS':'%s'},'Action':'lambda:*','Resource':'%s*',
                   'Condition':{'IpAddress':{'aws:SourceIp':['127.0.0.0/8','::1']}}},
                  {'Sid':'but','Effect':'Deny','Principal':'*','NotAction':['lambda:Get*','lambda:*Alias','lambda:Pub*'],
                   'Resource':'*','Condition':{'StringEquals':{'aws:PrincipalAccount':'%s'}}}]}
                """.formatted(FRIEND, arn, FRIEND).replace('\'', '"');
        lambda().putResourcePolicy(r -> r.resourceArn(arn).policy(policy));

        assertThat(friend.getFunction(r -> r.functionName(arn)).configuration().functionArn())
                .isEqualTo(arn);
        assertThat(friend.publishVersion(r -> r.functionName(arn)).version()).isEqualTo("1");
        assertThat(friend.createAlias(r -> r.functionName(arn).name("theirs").functionVersion("1"))
                        .aliasArn())
                .isEqualTo(arn + ":theirs");
        assertThatThrownBy(() -> friend.deleteFunction(r -> r.functionName(arn)))
                .isInstanceOf(LambdaException.class)
                .hasMessageContaining("User: arn:aws:iam::" + FRIEND + ":root is not authorized to perform:"
                        + " lambda:DeleteFunction on resource: " + arn
                        + " with an explicit deny in a resource-based policy");
        // The owner may do everything all the same.
        assertThat(invoke(lambda(), name)).isEqualTo('"' + arn + '"');
    }

    /// The role of the policy is that of the function's configuration.
    @Test
    void isItsFunctionsInTheirRoles() {
        var caller = TestServer.name("caller");
        friend.createFunction(r -> r.functionName(caller)
                .runtime("python3.11")
                .handler("app.handler")
                .role("arn:aws:iam::" + FRIEND + ":role/team/mailer")
                .timeout(60)
                .code(c -> c.zipFile(Zips.of("app.py", CALLER))));
        friend.waiter().waitUntilFunctionActiveV2(r -> r.functionName(caller));

        assertThat(call(caller))
                .isEqualTo("403 User: arn:aws:sts::" + FRIEND + ":assumed-role/mailer/" + caller
                        + " is not authorized to perform: lambda:InvokeFunction on resource: " + arn
                        + " because no resource-based policy allows the lambda:InvokeFunction action");

        lambda().addPermission(r -> r.functionName(name)
                .statementId("mailers")
                .action("lambda:InvokeFunction")
                .principal("arn:aws:iam::" + FRIEND + ":role/team/mailer"));

        assertThat(call(caller)).isEqualTo("200 \"" + arn + "\"");
        denied(() -> invoke(friend, arn), "lambda:InvokeFunction", arn);
    }

    private String call(String caller) {
        var answer = friend.invoke(
                r -> r.functionName(caller).payload(SdkBytes.fromUtf8String("{\"arn\":\"" + arn + "\"}")));
        assertThat(answer.functionError()).isNull();
        return answer.payload().asUtf8String().translateEscapes().replaceAll("^\"|\"$", "");
    }

    private static void denied(ThrowingCallable call, String action, String resource) {
        denied(call, action, resource, FRIEND);
    }

    private static void denied(ThrowingCallable call, String action, String resource, String account) {
        assertThatThrownBy(call).isInstanceOfSatisfying(LambdaException.class, refusal -> {
            assertThat(refusal.statusCode()).isEqualTo(403);
            assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
            assertThat(refusal.awsErrorDetails().errorMessage())
                    .isEqualTo("User: arn:aws:iam::" + account + ":root is not authorized to perform: " + action
                            + " on resource: " + resource + " because no resource-based policy allows the " + action
                            + " action");
        });
    }

    private static String invoke(LambdaClient client, String function) {
        return client.invoke(r -> r.functionName(function).payload(SdkBytes.fromUtf8String("{}")))
                .payload()
                .asUtf8String();
    }

    private static LambdaClient account(String id) {
        return Clients.lambda(TestServer.endpoint(), id, "test", Region.EU_WEST_1);
    }
}
