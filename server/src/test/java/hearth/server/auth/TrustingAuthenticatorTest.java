package hearth.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.model.Region;
import hearth.model.api.RequestBody;
import hearth.server.http.Headers;
import hearth.server.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustingAuthenticatorTest {
    private static final AccountId CONFIGURED = new AccountId("999999999999");
    private static final Region DEFAULT = new Region("us-east-1");

    private final TrustingAuthenticator authenticator =
            new TrustingAuthenticator(CONFIGURED, _ -> Optional.empty(), InstantSource.system());

    @Test
    void takesRegionAndAccountFromTheCredentialScope() {
        assertThat(caller("AWS4-HMAC-SHA256 Credential=123456789012/20260304/eu-west-3/lambda/aws4_request,"
                        + " SignedHeaders=host, Signature=x"))
                .isEqualTo(new AuthenticatedCaller(new AccountId("123456789012"), new Region("eu-west-3")));
        assertThat(caller(
                        "AWS4-HMAC-SHA256 SignedHeaders=host,Credential=AKIA/20260304/cn-north-1/lambda/aws4_request"))
                .isEqualTo(new AuthenticatedCaller(CONFIGURED, new Region("cn-north-1")));
    }

    @Test
    void takesThemFromAPresignedUrl() {
        var head = new RequestHead(
                "GET",
                "/",
                "X-Amz-Credential=123456789012%2F20260304%2Feu-west-3%2Flambda%2Faws4_request&X-Amz-Signature=x",
                1,
                new Headers());

        assertThat(authenticator
                        .begin(head)
                        .check(RequestBody.of(new byte[0]), new byte[0])
                        .caller())
                .isEqualTo(new AuthenticatedCaller(new AccountId("123456789012"), new Region("eu-west-3")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic abc",
                "AWS4-HMAC-SHA256",
                "AWS4-HMAC-SHA256 Credential=",
                "AWS4-HMAC-SHA256 Credential=a/b/c",
                "AWS4-HMAC-SHA256 Credential=AKIA/20260304//lambda/aws4_request",
                "AWS4-HMAC-SHA256 Credential=AKIA/20260304/../lambda/aws4_request",
                "AWS4-HMAC-SHA256 Credential=AKIA/20260304/US EAST/lambda/aws4_request",
                "AWS4-HMAC-SHA256 Credential=12345678901x/20260304/-/lambda/aws4_request"
            })
    void takesTheConfiguredAccountWhereNothingUsefulIsSaid(String authorization) {
        assertThat(caller(authorization)).isEqualTo(new AuthenticatedCaller(CONFIGURED, DEFAULT));
    }

    /// Whoever can connect is the owner, and may play a service that may do less.
    @Test
    void takesTheNameOfAServiceForTheService() {
        var headers = new Headers();
        headers.add(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=s3.amazonaws.com/20260304/eu-west-3/lambda/aws4_request, Signature=x");
        headers.add("x-amz-source-arn", "arn:aws:s3:::bucket");
        headers.add("x-amz-source-account", "111122223333");

        assertThat(caller(headers))
                .isEqualTo(new AuthenticatedCaller(
                        CONFIGURED,
                        new Region("eu-west-3"),
                        new Holder.Service("s3.amazonaws.com"),
                        new Source("arn:aws:s3:::bucket", "111122223333")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"test", "s3.example.com", "amazonaws.com", "123456789012"})
    void believesNobodyElseForWhomTheyCall(String key) {
        var headers = new Headers();
        headers.add(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=" + key + "/20260304/us-east-1/lambda/aws4_request, Signature=x");
        headers.add("x-amz-source-arn", "nonsense");

        var caller = caller(headers);

        assertThat(caller.holder()).isEqualTo(new Holder.Account());
        assertThat(caller.source()).isEqualTo(Source.NONE);
    }

    @Test
    void takesBodiesOutOfAwsChunked() {
        var headers = new Headers();
        headers.add("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
        headers.add("content-encoding", "aws-chunked");
        var authentication = authenticator.begin(new RequestHead("POST", "/", "", 1, headers));
        var framed = "5;chunk-signature=any\r\nhello\r\n0;chunk-signature=any\r\n\r\n";

        var authenticated =
                authentication.check(RequestBody.of(framed.getBytes(StandardCharsets.US_ASCII)), new byte[0]);

        assertThat(authenticated.body().toByteArray()).asString().isEqualTo("hello");
    }

    private AuthenticatedCaller caller(String authorization) {
        var headers = new Headers();
        headers.add("authorization", authorization);
        return caller(headers);
    }

    private AuthenticatedCaller caller(Headers headers) {
        return authenticator
                .begin(new RequestHead("GET", "/", "", 1, headers))
                .check(RequestBody.of(new byte[0]), new byte[0])
                .caller();
    }
}
