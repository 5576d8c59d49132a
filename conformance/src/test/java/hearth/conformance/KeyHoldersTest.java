package hearth.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/// Keys of services and of members of organizations, as `./hearth keys create` makes them, where signatures are
/// verified.
class KeyHoldersTest {
    private static final String OWNER = "111122223333";
    private static final String S3 = "s3.amazonaws.com";
    private static final String ORGANIZATION = "o-a1b2c3d4e5";
    private static final String ARN = "arn:aws:lambda:eu-west-1:" + OWNER + ":function:";
    private static final String BUCKET = "arn:aws:s3:::bucket";
    private static final Map<String, String> OF_THE_BUCKET =
            Map.of("X-Amz-Source-Arn", BUCKET, "X-Amz-Source-Account", OWNER);

    @TempDir
    static Path data;

    private static Keys service;
    private static Keys member;
    private static Keys stranger;
    private static HearthProcess server;
    private static LambdaClient lambda;

    private String name;

    @BeforeAll
    static void start() throws Exception {
        var owner = Keys.create(data, OWNER);
        // The service's own account is the function's, which gives it nothing.
        service = Keys.create(data, OWNER, "--service", S3);
        member = Keys.create(
                data, "444455556666", "--org", ORGANIZATION, "--org-path", ORGANIZATION + "/r-ab12/ou-ab12-11111111/");
        stranger = Keys.create(data, "444455556666", "--org", "o-zzzzzzzzzz");
        server = HearthProcess.start(data, "--auth", "sigv4", "--pool-memory", "0");
        lambda = owner.lambda(server.endpoint());
    }

    @AfterAll
    static void stop() {
        lambda.close();
        server.close();
    }

    @BeforeEach
    void create() {
        name = TestServer.name("held");
        lambda.createFunction(r -> r.functionName(name)
                .runtime("python3.11")
                .handler("app.handler")
                .role(TestServer.ROLE)
                .code(c -> c.zipFile(Zips.of("app.py", """
                        def handler(event, context):
                            return event.get('requestContext', {}).get('authorizer', 'by the API')
                        """))));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    @Test
    void aServiceInvokesForTheSourceThatIsAllowed() {
        try (var s3 = service.lambda(server.endpoint())) {
            denied(() -> invoke(s3, OF_THE_BUCKET));
            lambda.addPermission(r -> r.functionName(name)
                    .statementId("owner")
                    .action("lambda:InvokeFunction")
                    .principal(OWNER));
            denied(() -> invoke(s3, OF_THE_BUCKET));

            lambda.addPermission(r -> r.functionName(name)
                    .statementId("bucket")
                    .action("lambda:InvokeFunction")
                    .principal(S3)
                    .sourceArn(BUCKET)
                    .sourceAccount(OWNER));

            assertThat(invoke(s3, OF_THE_BUCKET)).isEqualTo("\"by the API\"");
            denied(() -> invoke(s3, Map.of()));
            denied(() -> invoke(s3, Map.of("X-Amz-Source-Arn", BUCKET)));
            denied(() -> invoke(s3, Map.of("X-Amz-Source-Arn", BUCKET, "X-Amz-Source-Account", "444455556666")));
            denied(() -> invoke(s3, Map.of("X-Amz-Source-Arn", BUCKET + "s", "X-Amz-Source-Account", OWNER)));
            assertThatThrownBy(() -> invoke(s3, Map.of("X-Amz-Source-Arn", "bucket")))
                    .isInstanceOf(LambdaException.class)
                    .hasMessageContaining("X-Amz-Source-Arn must be the ARN of a resource.");
        }
        try (var account = member.lambda(server.endpoint())) {
            // Nobody but a service is believed for whom it calls.
            assertThatThrownBy(() -> invoke(account, OF_THE_BUCKET))
                    .isInstanceOf(LambdaException.class)
                    .hasMessageContaining("User: arn:aws:iam::444455556666:root is not authorized");
        }
    }

    @Test
    void aServiceDoesNothingElseInTheAccountOfItsKey() {
        try (var s3 = service.lambda(server.endpoint())) {
            assertThatThrownBy(s3::listFunctions)
                    .isInstanceOf(LambdaException.class)
                    .hasMessageContaining("User: s3.amazonaws.com is not authorized to perform: lambda:ListFunctions on"
                            + " resource: * because no identity-based policy allows the lambda:ListFunctions action");
            assertThatThrownBy(() -> s3.deleteFunction(r -> r.functionName(name)))
                    .isInstanceOf(LambdaException.class)
                    .hasMessageContaining("User: s3.amazonaws.com is not authorized to perform: lambda:DeleteFunction");
        }
        assertThat(lambda.getFunction(r -> r.functionName(name)).configuration().functionName())
                .isEqualTo(name);
    }

    @Test
    void aServiceCallsAUrlForTheSourceThatIsAllowed() throws Exception {
        var url = url();
        assertThat(ask(service, url, OF_THE_BUCKET).statusCode()).isEqualTo(403);

        for (var action : List.of("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")) {
            lambda.addPermission(r -> r.functionName(name)
                    .statementId(action.substring("lambda:".length()))
                    .action(action)
                    .principal(S3)
                    .sourceArn(BUCKET)
                    .sourceAccount(OWNER));
        }

        assertThat(ask(service, url, OF_THE_BUCKET).statusCode()).isEqualTo(200);
        assertThat(ask(service, url, Map.of()).statusCode()).isEqualTo(403);
        assertThat(ask(service, url, Map.of("X-Amz-Source-Arn", BUCKET + "s", "X-Amz-Source-Account", OWNER))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void membersOfAnOrganizationInvokeWhatIsOpenToIt() throws Exception {
        var url = url();
        try (var inside = member.lambda(server.endpoint());
                var outside = stranger.lambda(server.endpoint());
                var s3 = service.lambda(server.endpoint())) {
            denied(() -> invoke(inside, Map.of()), "arn:aws:iam::444455556666:root");
            assertThat(ask(member, url, Map.of()).statusCode()).isEqualTo(403);

            for (var action : List.of("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")) {
                lambda.addPermission(r -> r.functionName(name)
                        .statementId(action.substring("lambda:".length()))
                        .action(action)
                        .principal("*")
                        .principalOrgID(ORGANIZATION));
            }

            assertThat(invoke(inside, Map.of())).isEqualTo("\"by the API\"");
            denied(() -> invoke(outside, Map.of()), "arn:aws:iam::444455556666:root");
            denied(() -> invoke(s3, OF_THE_BUCKET));
            var answer = ask(member, url, Map.of());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"principalOrgId\":\"" + ORGANIZATION + "\"");
            assertThat(ask(stranger, url, Map.of()).statusCode()).isEqualTo(403);
        }
    }

    /// The address of the function's URL by a path, which every client reaches.
    private URI url() {
        var shown = URI.create(
                lambda.createFunctionUrlConfig(r -> r.functionName(name).authType(FunctionUrlAuthType.AWS_IAM))
                        .functionUrl());
        var id = shown.getPath().length() > 1
                ? shown.getPath().replaceAll(".*/([^/]+)/$", "$1")
                : shown.getHost().replaceAll("\\..*", "");
        return server.endpoint().resolve("/_hearth/urls/" + id + "/");
    }

    private void denied(ThrowingCallable call) {
        denied(call, S3);
    }

    private void denied(ThrowingCallable call, String user) {
        assertThatThrownBy(call).isInstanceOfSatisfying(LambdaException.class, refusal -> {
            assertThat(refusal.statusCode()).isEqualTo(403);
            assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
            assertThat(refusal.awsErrorDetails().errorMessage())
                    .isEqualTo("User: " + user + " is not authorized to perform: lambda:InvokeFunction on resource: "
                            + ARN + name + " because no resource-based policy allows the lambda:InvokeFunction action");
        });
    }

    private String invoke(LambdaClient client, Map<String, String> headers) {
        return client.invoke(r -> r.functionName(ARN + name)
                        .payload(SdkBytes.fromUtf8String("{}"))
                        .overrideConfiguration(c -> headers.forEach(c::putHeader)))
                .payload()
                .asUtf8String();
    }

    /// Asks a function URL as AWS's SDK would.
    private static HttpResponse<String> ask(Keys key, URI url, Map<String, String> headers) throws Exception {
        var request = SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(url);
        headers.forEach(request::putHeader);
        var signed = AwsV4HttpSigner.create()
                .sign(signing -> signing.identity(AwsCredentialsIdentity.create(key.id(), key.secret()))
                        .request(request.build())
                        .payload(ContentStreamProvider.fromUtf8String("{}"))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1"));
        var sent = HttpRequest.newBuilder(url).POST(BodyPublishers.ofString("{}"));
        signed.request().forEachHeader((name, values) -> {
            if (!name.equalsIgnoreCase("Host")) {
                values.forEach(value -> sent.header(name, value));
            }
        });
        try (var http = HttpClient.newHttpClient()) {
            return http.send(sent.build(), BodyHandlers.ofString());
        }
    }
}
