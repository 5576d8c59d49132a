package hearth.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.LogFormat;
import hearth.model.Region;
import hearth.model.api.RequestBody;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.EnvironmentSpec;
import hearth.model.worker.InitializationType;
import hearth.model.worker.ShardId;
import hearth.server.http.Headers;
import hearth.server.http.RequestHead;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FunctionKeysTest {
    private static final AccountId ACCOUNT = new AccountId("123456789012");
    private static final EnvironmentSpec ENVIRONMENT = environment(ACCOUNT);

    private final FunctionKeys keys = new FunctionKeys(InstantSource.fixed(Instant.EPOCH), new Random(1));
    private final TrustingAuthenticator trusting =
            new TrustingAuthenticator(new AccountId("000000000000"), keys, InstantSource.system());

    @Test
    void areOfTheFunctionAndItsRole() {
        var issued = keys.issue(ENVIRONMENT);

        var key = keys.find(issued.accessKeyId()).orElseThrow();
        assertThat(key.account()).isEqualTo(ACCOUNT);
        assertThat(key.secret()).isEqualTo(issued.secretAccessKey());
        assertThat(key.sessionToken()).isEqualTo(issued.sessionToken());
        var caller = new AuthenticatedCaller(ACCOUNT, new Region("eu-west-1"), key.holder());
        assertThat(caller.arn()).isEqualTo("arn:aws:sts::123456789012:assumed-role/worker/greet");
        assertThat(caller.userId()).matches("AROA[0-9A-F]{17}:greet");
    }

    @Test
    void areOthersForEachEnvironment() {
        var seen = new HashSet<String>();
        for (int i = 0; i < 1000; i++) {
            var issued = keys.issue(ENVIRONMENT);
            seen.addAll(List.of(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken()));
            assertThat(issued.accessKeyId()).matches("ASIA[A-Z2-7]{16}");
            assertThat(issued.secretAccessKey()).hasSize(40);
        }
        assertThat(seen).hasSize(3000);
    }

    @Test
    void endWithTheirEnvironments() {
        var issued = keys.issue(ENVIRONMENT);
        var other = keys.issue(ENVIRONMENT);

        keys.end(issued);

        assertThat(keys.find(issued.accessKeyId()).orElseThrow().isExpired(Instant.EPOCH))
                .isTrue();
        assertThat(keys.find(other.accessKeyId()).orElseThrow().isExpired(Instant.MAX))
                .isFalse();
        refused(trusting, issued.accessKeyId(), ApiError.EXPIRED_TOKEN);
    }

    @Test
    void areForgottenWhenManyMoreHaveEnded() {
        var first = keys.issue(ENVIRONMENT);
        keys.end(first);
        for (int i = 0; i < 10_000; i++) {
            keys.end(keys.issue(ENVIRONMENT));
        }

        assertThat(keys.find(first.accessKeyId())).isEmpty();
    }

    @Test
    void tellTheAccountWhereNothingIsVerified() {
        var issued = keys.issue(ENVIRONMENT);

        var caller = caller(trusting, issued.accessKeyId());

        assertThat(caller.account()).isEqualTo(ACCOUNT);
        assertThat(caller.holder()).isInstanceOf(Holder.Function.class);
    }

    @Test
    void leadNoFunctionOutOfItsAccountWhereNothingIsVerified() {
        var function = new AuthenticatedCaller(
                ACCOUNT, new Region("eu-west-1"), new Holder.Function("arn:aws:iam::1:role/r", "f"));
        var confined = trusting.confinedTo(function);
        var elsewhere = keys.issue(environment(new AccountId("999999999999")));

        assertThat(caller(confined, "anything").account()).isEqualTo(ACCOUNT);
        assertThat(caller(confined, ACCOUNT.value()).account()).isEqualTo(ACCOUNT);
        assertThat(confined.begin(new RequestHead("GET", "/", "", 1, new Headers()))
                        .check(RequestBody.of(new byte[0]), new byte[0])
                        .caller())
                .isEqualTo(function);
        refused(confined, "999999999999", ApiError.ACCESS_DENIED);
        refused(confined, "s3.amazonaws.com", ApiError.ACCESS_DENIED);
        refused(confined, elsewhere.accessKeyId(), ApiError.ACCESS_DENIED);
    }

    private static void refused(Authenticator authenticator, String keyId, ApiError error) {
        assertThatThrownBy(() -> caller(authenticator, keyId))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.error())
                        .isEqualTo(error));
    }

    private static AuthenticatedCaller caller(Authenticator authenticator, String keyId) {
        var headers = new Headers();
        headers.add(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=" + keyId + "/20260102/us-east-1/lambda/aws4_request, Signature=0");
        return authenticator
                .begin(new RequestHead("GET", "/", "", 1, headers))
                .check(RequestBody.of(new byte[0]), new byte[0])
                .caller();
    }

    private static EnvironmentSpec environment(AccountId account) {
        var version = new FunctionVersion(
                new FunctionId(account, new Region("eu-west-1"), "greet"),
                "$LATEST",
                1,
                FunctionState.ACTIVE,
                "python3.11",
                "app.handler",
                new CodeDigest("0".repeat(64)),
                List.of(),
                Bytes.mebibytes(128),
                Duration.ofSeconds(3),
                Bytes.mebibytes(512),
                Map.of(),
                "arn:aws:iam::123456789012:role/service-role/worker",
                "x86_64",
                LogFormat.TEXT,
                "/aws/lambda/greet",
                "INFO",
                "INFO",
                Optional.empty());
        return new EnvironmentSpec(EnvironmentId.of(0, 1, new ShardId(0)), version, null, InitializationType.ON_DEMAND);
    }
}
