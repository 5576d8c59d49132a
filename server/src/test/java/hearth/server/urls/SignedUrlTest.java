package hearth.server.urls;

import static hearth.server.urls.UrlServer.HOST;
import static hearth.server.urls.UrlServer.ID;
import static hearth.server.urls.UrlServer.open;
import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.server.auth.AccessKey;
import hearth.server.auth.SigV4Authenticator;
import hearth.server.http.RawClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/// URLs that want signatures, where signatures are checked.
class SignedUrlTest {
    private static final AccessKey KEY = new AccessKey(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            new AccountId("123456789012"),
            Instant.EPOCH,
            null,
            null);

    @TempDir
    private Path data;

    private UrlServer server;
    private Instant now = Instant.parse("2026-03-04T05:06:07Z");

    @BeforeEach
    void start() {
        server = new UrlServer(data);
        server.url(open().authType("AWS_IAM"));
        server.authenticator =
                new SigV4Authenticator(id -> id.equals(KEY.id()) ? Optional.of(KEY) : Optional.empty(), () -> now);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void takesWhatAwsSdkSigns() {
        for (var path : List.of("/", "/a%2Fb/c%20d", "/_x/é".replace("é", "%C3%A9"), "/a?b=c%2Fd&b=e&f")) {
            var answer = ask(signed("http://" + HOST + path, "{\"a\":1}", _ -> {}));

            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(new String(server.invoked().payload(), StandardCharsets.UTF_8))
                    .contains("\"iam\":{\"accessKey\":\"" + KEY.id() + "\",\"accountId\":\"123456789012\"")
                    .contains("\"body\":\"{\\\"a\\\":1}\"")
                    .doesNotContain("Signature=");
        }
    }

    @Test
    void takesSignaturesOverThePathThatNamesIt() {
        assertThat(ask(signed("http://localhost:9000/_hearth/urls/" + ID + "/a", "x", _ -> {}))
                        .status())
                .isEqualTo(200);
        assertThat(new String(server.invoked().payload(), StandardCharsets.UTF_8))
                .contains("\"rawPath\":\"/a\"");
    }

    @Test
    void takesSignaturesInTheQuery() {
        var presigned = signed("http://" + HOST + "/a?b=c", "", signing -> signing.putProperty(
                        AwsV4HttpSigner.AUTH_LOCATION, AwsV4HttpSigner.AuthLocation.QUERY_STRING)
                .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, Duration.ofMinutes(10)));

        assertThat(ask(presigned).status()).isEqualTo(200);
    }

    @Test
    void refusesABodyThatWasNotSigned() {
        var signed = signed("http://" + HOST + "/", "right", _ -> {});

        var answer = ask(new Sent(signed.request(), "wrong"));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("x-amzn-ErrorType")).isEqualTo("InvalidSignatureException");
        assertThat(answer.text()).startsWith("{\"Message\":\"The request signature we calculated does not match");
        assertThat(server.invocations).isEmpty();
    }

    @Test
    void refusesASignatureOfLongAgo() {
        var signed = signed("http://" + HOST + "/", "", _ -> {});
        now = now.plusSeconds(3600);

        var answer = ask(signed);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text()).startsWith("{\"Message\":\"Signature expired: ");
    }

    @Test
    void refusesWhoeverHasNoKey() {
        assertThat(server.get("/").status()).isEqualTo(403);
        assertThat(server.get("/").text()).startsWith("{\"Message\":\"Forbidden. ");
        assertThat(server.get("/", "Authorization: Bearer token").status()).isEqualTo(403);
        assertThat(server.get("/", "Authorization: AWS4-HMAC-SHA256 nonsense").status())
                .isEqualTo(403);
    }

    private record Sent(SdkHttpRequest request, String body) {}

    private Sent signed(String url, String body, Consumer<SignRequest.Builder<AwsCredentialsIdentity>> more) {
        var uri = URI.create(url);
        var request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(uri)
                .putHeader("Content-Type", "application/json")
                .build();
        var signing = SignRequest.builder(AwsCredentialsIdentity.create(KEY.id(), KEY.secret()))
                .request(request)
                .payload(ContentStreamProvider.fromUtf8String(body))
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
                .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(now, ZoneOffset.UTC));
        more.accept(signing);
        return new Sent(AwsV4HttpSigner.create().sign(signing.build()).request(), body);
    }

    private RawClient.Answer ask(Sent sent) {
        var request = sent.request();
        var query = request.encodedQueryParameters().map(it -> "?" + it).orElse("");
        var head = new StringBuilder("POST " + request.encodedPath() + query + " HTTP/1.1\r\n");
        request.forEachHeader((name, values) -> values.forEach(
                value -> head.append(name).append(": ").append(value).append("\r\n")));
        if (request.firstMatchingHeader("Host").isEmpty()) {
            head.append("Host: ")
                    .append(request.host())
                    .append(":")
                    .append(request.port())
                    .append("\r\n");
        }
        if (request.firstMatchingHeader("Content-Length").isEmpty()) {
            head.append("Content-Length: ").append(sent.body().length()).append("\r\n");
        }
        return server.ask(head + "\r\n" + sent.body());
    }
}
