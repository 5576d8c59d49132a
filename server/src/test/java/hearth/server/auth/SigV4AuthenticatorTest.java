package hearth.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Region;
import hearth.model.api.RequestBody;
import hearth.server.http.Headers;
import hearth.server.http.RequestHead;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.checksums.DefaultChecksumAlgorithm;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

class SigV4AuthenticatorTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
    private static final AccessKey KEY = new AccessKey(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            new AccountId("123456789012"),
            NOW,
            null,
            null);
    private static final AccessKey TEMPORARY = new AccessKey(
            "ASIAIOSFODNN7EXAMPLE", "secret", new AccountId("210987654321"), NOW, "token", NOW.plusSeconds(60));
    private static final AccessKey SERVICE = new AccessKey(
            "AKIASERVICE7EXAMPLE2",
            "secret",
            new AccountId("123456789012"),
            NOW,
            null,
            null,
            new Holder.Service("s3.amazonaws.com"));
    private static final Map<String, AccessKey> KEYS =
            Map.of(KEY.id(), KEY, TEMPORARY.id(), TEMPORARY, SERVICE.id(), SERVICE);
    private static final byte[] NOTHING = {};
    private static final List<SdkHttpMethod> METHODS =
            List.of(SdkHttpMethod.GET, SdkHttpMethod.POST, SdkHttpMethod.PUT, SdkHttpMethod.DELETE);

    private Instant now = NOW;
    private final SigV4Authenticator authenticator =
            new SigV4Authenticator(id -> Optional.ofNullable(KEYS.get(id)), () -> now);

    @Test
    void acceptsWhatAwsSdkSigns() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int i = 0; i < 600; i++) {
            var signed = sign(randomRequest(random), random.nextBoolean() ? randomBytes(random) : NOTHING, _ -> {});

            assertThat(authenticate(signed))
                    .as("seed %d, round %d: %s", seed, i, signed.request())
                    .isEqualTo(new AuthenticatedCaller(KEY.account(), new Region("us-east-1")));
        }
    }

    @Test
    void refusesWhatWasChangedAfterSigning() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            var body = randomBytes(random);
            var signed = sign(randomRequest(random), body, _ -> {});
            var head = Wire.head(signed.request());
            body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));

            refused(() -> authenticate(head, body), ApiError.INVALID_SIGNATURE, "does not match the signature");
            var otherPath = new RequestHead(head.method(), head.path() + "x", head.query(), 1, head.headers());
            refused(() -> authenticate(otherPath, bytes(signed)), ApiError.INVALID_SIGNATURE, "does not match");
            var otherQuery = new RequestHead(head.method(), head.path(), head.query() + "&more=1", 1, head.headers());
            refused(() -> authenticate(otherQuery, bytes(signed)), ApiError.INVALID_SIGNATURE, "does not match");
        }
    }

    @Test
    void acceptsPresignedUrlsUntilTheyExpire() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            now = NOW;
            var signed = sign(randomRequest(random), NOTHING, builder -> builder.putProperty(
                            AwsV4HttpSigner.AUTH_LOCATION, AwsV4HttpSigner.AuthLocation.QUERY_STRING)
                    .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, Duration.ofHours(1)));

            assertThat(authenticate(signed).account())
                    .as("seed %d, round %d", seed, i)
                    .isEqualTo(KEY.account());
            now = NOW.plus(Duration.ofMinutes(59));
            assertThat(authenticate(signed).account()).isEqualTo(KEY.account());
            now = NOW.plus(Duration.ofMinutes(61));
            refused(() -> authenticate(signed), ApiError.INVALID_SIGNATURE, "Signature expired: 20260304T050607Z");
        }
    }

    @Test
    void acceptsBodiesThatAreNotSigned() {
        // AWS's signer leaves bodies unsigned over TLS only, which may end before it reaches us.
        var request =
                post("/2015-03-31/functions").toBuilder().protocol("https").build();
        var signed = sign(
                request,
                "signed".getBytes(StandardCharsets.UTF_8),
                builder -> builder.putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false));
        var head = Wire.head(signed.request());
        assertThat(head.headers().first("x-amz-content-sha256")).contains("UNSIGNED-PAYLOAD");

        assertThat(authenticate(head, "other".getBytes(StandardCharsets.UTF_8)).account())
                .isEqualTo(KEY.account());
    }

    @Test
    void checksEachChunkOfAStreamedBody() {
        var random = new Random(5);
        for (int size : new int[] {0, 1, 1000, 300_000}) {
            var body = new byte[size];
            random.nextBytes(body);
            var signed =
                    sign(post("/"), body, builder -> builder.putProperty(AwsV4HttpSigner.CHUNK_ENCODING_ENABLED, true));
            var head = Wire.head(signed.request());
            assertThat(head.headers().first("x-amz-content-sha256")).contains("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
            var framed = bytes(signed);

            assertThat(check(head, framed).body().toByteArray()).isEqualTo(body);
            for (int i = 0; i < 50 && size > 0; i++) {
                var changed = framed.clone();
                changed[random.nextInt(changed.length)] ^= 1;
                assertThatThrownBy(() -> check(head, changed)).isInstanceOf(ApiException.class);
            }
        }
    }

    @Test
    void checksTheTrailerOfAStreamedBody() {
        for (var algorithm : List.of(
                DefaultChecksumAlgorithm.CRC32,
                DefaultChecksumAlgorithm.CRC32C,
                DefaultChecksumAlgorithm.SHA1,
                DefaultChecksumAlgorithm.SHA256)) {
            for (boolean chunksSigned : new boolean[] {true, false}) {
                var body = "a body with a checksum behind it".getBytes(StandardCharsets.UTF_8);
                var signed = sign(
                        post("/"), body, builder -> builder.putProperty(AwsV4HttpSigner.CHUNK_ENCODING_ENABLED, true)
                                .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, chunksSigned)
                                .putProperty(AwsV4HttpSigner.CHECKSUM_ALGORITHM, algorithm));
                var head = Wire.head(signed.request());
                assertThat(head.headers().first("x-amz-content-sha256").orElse(""))
                        .endsWith("-TRAILER");
                var framed = bytes(signed);

                assertThat(check(head, framed).body().toByteArray()).isEqualTo(body);
                var text = new String(framed, StandardCharsets.ISO_8859_1);
                var otherBody = text.replace("a body", "A body").getBytes(StandardCharsets.ISO_8859_1);
                assertThatThrownBy(() -> check(head, otherBody)).isInstanceOf(ApiException.class);
            }
        }
    }

    @Test
    void takesTemporaryKeysOnlyWithTheirTokenAndUntilTheyExpire() {
        var credentials = AwsSessionCredentialsIdentity.create(TEMPORARY.id(), TEMPORARY.secret(), "token");
        var signed = sign(post("/"), NOTHING, credentials, _ -> {});
        assertThat(authenticate(signed).account()).isEqualTo(TEMPORARY.account());

        var wrongToken = sign(
                post("/"),
                NOTHING,
                AwsSessionCredentialsIdentity.create(TEMPORARY.id(), TEMPORARY.secret(), "other"),
                _ -> {});
        refused(() -> authenticate(wrongToken), ApiError.UNRECOGNIZED_CLIENT, INVALID_TOKEN);
        var noToken =
                sign(post("/"), NOTHING, AwsCredentialsIdentity.create(TEMPORARY.id(), TEMPORARY.secret()), _ -> {});
        refused(() -> authenticate(noToken), ApiError.UNRECOGNIZED_CLIENT, INVALID_TOKEN);
        now = NOW.plusSeconds(61);
        refused(() -> authenticate(signed), ApiError.EXPIRED_TOKEN, "expired");
    }

    private static final String INVALID_TOKEN = "The security token included in the request is invalid.";

    @Test
    void believesServicesForWhomTheyCall() {
        assertThat(authenticate(signByService(post("/"))))
                .isEqualTo(new AuthenticatedCaller(
                        SERVICE.account(), new Region("us-east-1"), SERVICE.holder(), new Source("", "")));

        assertThat(authenticate(signByService(fromBucket())))
                .isEqualTo(new AuthenticatedCaller(
                        SERVICE.account(),
                        new Region("us-east-1"),
                        SERVICE.holder(),
                        new Source("arn:aws:s3:::bucket", "111122223333")));
    }

    @Test
    void believesNobodyElseForWhomTheyCall() {
        var caller = authenticate(sign(fromBucket(), NOTHING, _ -> {}));

        assertThat(caller).isEqualTo(new AuthenticatedCaller(KEY.account(), new Region("us-east-1")));
        var nonsense =
                post("/").toBuilder().putHeader("X-Amz-Source-Account", "any").build();
        assertThat(authenticate(sign(nonsense, NOTHING, _ -> {}))).isEqualTo(caller);
    }

    /// A request on its way must not be given another source.
    @ParameterizedTest
    @CsvSource({"X-Amz-Source-Arn,arn:aws:s3:::other", "X-Amz-Source-Account,111122223333", "X-Amz-Source-Account,''"})
    void refusesASourceThatIsNotSigned(String name, String value) {
        var signed = signByService(post("/"));
        var added = Wire.head(signed.request());
        added.headers().add(name.toLowerCase(Locale.ROOT), value);
        refused(
                () -> authenticate(added, NOTHING),
                ApiError.INVALID_SIGNATURE,
                "'" + name + "' must be a 'SignedHeader' in the AWS Authorization.");

        var twice = Wire.head(signByService(fromBucket()).request());
        twice.headers().add(name.toLowerCase(Locale.ROOT), value);
        assertThatThrownBy(() -> authenticate(twice, NOTHING)).isInstanceOf(ApiException.class);

        var presigned = sign(
                post("/"),
                NOTHING,
                AwsCredentialsIdentity.create(SERVICE.id(), SERVICE.secret()),
                builder -> builder.putProperty(AwsV4HttpSigner.AUTH_LOCATION, AwsV4HttpSigner.AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, Duration.ofHours(1)));
        var addedToo = Wire.head(presigned.request());
        addedToo.headers().add(name.toLowerCase(Locale.ROOT), value);
        refused(() -> authenticate(addedToo, NOTHING), ApiError.INVALID_SIGNATURE, "must be a 'SignedHeader'");
    }

    @ParameterizedTest
    @CsvSource({
        "X-Amz-Source-Arn,bucket",
        "X-Amz-Source-Arn,arn:aws:s3:::*",
        "X-Amz-Source-Arn,arn:aws:s3:::a b",
        "X-Amz-Source-Arn,arn:aws:sns:eu-west-1:12:topic",
        "X-Amz-Source-Account,12",
        "X-Amz-Source-Account,12345678901*"
    })
    void refusesASourceThatIsNone(String name, String value) {
        var request = post("/").toBuilder().putHeader(name, value).build();

        refused(() -> authenticate(signByService(request)), ApiError.VALIDATION, name + " must be ");
    }

    @Test
    void refusesTwoSourcesAlthoughTheyAreSigned() {
        var request = post("/").toBuilder()
                .putHeader("X-Amz-Source-Account", List.of("111122223333", "444455556666"))
                .build();

        refused(
                () -> authenticate(signByService(request)),
                ApiError.VALIDATION,
                "X-Amz-Source-Account must be there once.");
    }

    private static SdkHttpRequest fromBucket() {
        return post("/").toBuilder()
                .putHeader("X-Amz-Source-Arn", "arn:aws:s3:::bucket")
                .putHeader("X-Amz-Source-Account", "111122223333")
                .build();
    }

    private static SignedRequest signByService(SdkHttpRequest request) {
        return sign(request, NOTHING, AwsCredentialsIdentity.create(SERVICE.id(), SERVICE.secret()), _ -> {});
    }

    @Test
    void refusesKeysThatAreNotOurs() {
        var unknown = sign(post("/"), NOTHING, AwsCredentialsIdentity.create("AKIAUNKNOWN", "secret"), _ -> {});
        refused(() -> authenticate(unknown), ApiError.UNRECOGNIZED_CLIENT, INVALID_TOKEN);

        var wrongSecret = sign(post("/"), NOTHING, AwsCredentialsIdentity.create(KEY.id(), "wrong"), _ -> {});
        refused(
                () -> authenticate(wrongSecret),
                ApiError.INVALID_SIGNATURE,
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret"
                        + " Access Key and signing method. Consult the service documentation for details.");
    }

    @Test
    void allowsFiveMinutesBetweenTheClocks() {
        var signed = sign(post("/"), NOTHING, _ -> {});

        now = NOW.plusSeconds(300);
        assertThat(authenticate(signed).account()).isEqualTo(KEY.account());
        now = NOW.minusSeconds(300);
        assertThat(authenticate(signed).account()).isEqualTo(KEY.account());
        now = NOW.plusSeconds(301);
        refused(
                () -> authenticate(signed),
                ApiError.INVALID_SIGNATURE,
                "Signature expired: 20260304T050607Z is now earlier than 20260304T050608Z (20260304T051108Z - 5 min.)");
        now = NOW.minusSeconds(301);
        refused(
                () -> authenticate(signed),
                ApiError.INVALID_SIGNATURE,
                "Signature not yet current: 20260304T050607Z is still later than 20260304T050606Z"
                        + " (20260304T050106Z + 5 min.)");
    }

    @Test
    void refusesOtherServicesAndDays() {
        var s3 = sign(post("/"), NOTHING, builder -> builder.putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3"));
        refused(
                () -> authenticate(s3),
                ApiError.INVALID_SIGNATURE,
                "Credential should be scoped to correct service: 'lambda'.");

        refused(
                () -> authenticator.begin(unsigned(
                        "authorization",
                        "AWS4-HMAC-SHA256 Credential=" + KEY.id()
                                + "/20260303/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0")),
                ApiError.INVALID_SIGNATURE,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260303'"
                        + " != '20260304', from '20260304T050607Z'.");
    }

    @Test
    void namesWhatASignatureLacks() {
        refused(
                () -> authenticator.begin(unsigned("accept", "*/*")),
                ApiError.MISSING_AUTHENTICATION_TOKEN,
                "Missing Authentication Token");
        refused(
                () -> authenticator.begin(unsigned("authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e")),
                ApiError.INCOMPLETE_SIGNATURE,
                "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders'"
                        + " parameter.");
        refused(
                () -> authenticator.begin(unsigned("authorization", "AWS4-HMAC-SHA256 nonsense")),
                ApiError.INCOMPLETE_SIGNATURE,
                "'nonsense' not a valid key=value pair (missing equal-sign) in Authorization header:"
                        + " 'AWS4-HMAC-SHA256 nonsense'.");
        refused(
                () -> authenticator.begin(unsigned("authorization", "Bearer token")),
                ApiError.INCOMPLETE_SIGNATURE,
                "Unsupported AWS 'algorithm': 'Bearer'.");
        refused(
                () -> authenticator.begin(unsigned(
                        "authorization", "AWS4-HMAC-SHA256 Credential=nothing, SignedHeaders=host, Signature=0")),
                ApiError.INCOMPLETE_SIGNATURE,
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got"
                        + " 'nothing'.");
    }

    @Test
    void answersRandomDamageToASignatureWithARefusal() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            var signed = sign(randomRequest(random), NOTHING, _ -> {});
            var head = Wire.head(signed.request());
            var authorization =
                    new StringBuilder(head.headers().first("authorization").orElseThrow());
            int at = random.nextInt(authorization.length());
            char damaged = (char) (32 + random.nextInt(95));
            if (authorization.charAt(at) == damaged || authorization.charAt(at) == ' ') {
                continue;
            }
            authorization.setCharAt(at, damaged);
            var headers = new Headers();
            head.headers()
                    .forEach((name, value) ->
                            headers.add(name, name.equals("authorization") ? authorization.toString() : value));
            var changed = new RequestHead(head.method(), head.path(), head.query(), 1, headers);

            assertThatThrownBy(() -> authenticate(changed, NOTHING))
                    .as("seed %d, round %d: %s", seed, i, authorization)
                    .isInstanceOf(ApiException.class);
        }
    }

    private AuthenticatedCaller authenticate(SignedRequest signed) {
        return authenticate(Wire.head(signed.request()), bytes(signed));
    }

    private AuthenticatedCaller authenticate(RequestHead head, byte[] body) {
        return check(head, body).caller();
    }

    private Authentication.Authenticated check(RequestHead head, byte[] body) {
        return authenticator.begin(head).check(RequestBody.of(body), Sha256.of(body));
    }

    private static byte[] bytes(SignedRequest signed) {
        return signed.payload()
                .map(payload -> {
                    try (var stream = payload.newStream()) {
                        return stream.readAllBytes();
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                })
                .orElse(NOTHING);
    }

    private static void refused(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, ApiError error, String text) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ApiException.class, refusal -> {
            assertThat(refusal.error()).isEqualTo(error);
            assertThat(refusal.message()).contains(text);
        });
    }

    private static RequestHead unsigned(String name, String value) {
        var headers = new Headers();
        headers.add("host", "localhost");
        headers.add("x-amz-date", "20260304T050607Z");
        headers.add(name, value);
        return new RequestHead("GET", "/", "", 1, headers);
    }

    private static SignedRequest sign(
            SdkHttpRequest request, byte[] body, Consumer<SignRequest.Builder<AwsCredentialsIdentity>> change) {
        return sign(request, body, AwsCredentialsIdentity.create(KEY.id(), KEY.secret()), change);
    }

    private static SignedRequest sign(
            SdkHttpRequest request,
            byte[] body,
            AwsCredentialsIdentity credentials,
            Consumer<SignRequest.Builder<AwsCredentialsIdentity>> change) {
        return AwsV4HttpSigner.create().sign(builder -> {
            builder.request(request)
                    .payload(ContentStreamProvider.fromByteArray(body))
                    .identity(credentials)
                    .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(NOW, ZoneOffset.UTC))
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda");
            change.accept(builder);
        });
    }

    private static SdkHttpRequest post(String path) {
        return SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(URI.create("http://127.0.0.1:9000" + path))
                .build();
    }

    /// Paths with ARNs, spaces, dots and letters of the world; queries that repeat; headers with blanks inside.
    private static SdkHttpRequest randomRequest(Random random) {
        var path = new StringBuilder("/2015-03-31");
        for (int n = random.nextInt(4); n >= 0; n--) {
            path.append('/').append(software.amazon.awssdk.utils.http.SdkHttpUtils.urlEncode(randomText(random)));
        }
        if (random.nextInt(5) == 0) {
            path.append('/');
        }
        var request = SdkHttpRequest.builder()
                .method(METHODS.get(random.nextInt(METHODS.size())))
                .protocol("http")
                .host("localhost")
                .port(9000)
                .encodedPath(path.toString());
        for (int n = random.nextInt(4); n > 0; n--) {
            request.appendRawQueryParameter(randomText(random), randomText(random));
        }
        for (int n = random.nextInt(4); n > 0; n--) {
            request.appendHeader("X-Amz-Test-" + random.nextInt(3), "  a   b " + random.nextInt(100));
        }
        return request.build();
    }

    private static String randomText(Random random) {
        var characters = List.of(
                "a", "Z", "0", "-", "_", ".", "~", " ", "%", "+", "&", "=", "/", ":", "$", "*", "é", "日", "😀", "'",
                "(");
        var text = new ArrayList<String>();
        for (int n = random.nextInt(8); n >= 0; n--) {
            text.add(characters.get(random.nextInt(characters.size())));
        }
        return "x" + String.join("", text);
    }

    private static byte[] randomBytes(Random random) {
        var bytes = new byte[1 + random.nextInt(2000)];
        random.nextBytes(bytes);
        return bytes;
    }
}
