package hearth.server.auth;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Region;
import hearth.model.api.RequestBody;
import hearth.server.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Accepts requests that are signed with AWS Signature Version 4 by one of our keys.
///
/// Where the head alone is signed, or announces its body's hash, a bad signature is refused before the body is
/// read.
public final class SigV4Authenticator implements Authenticator {
    private static final String TERMINATOR = "aws4_request";
    private static final Duration SKEW = Duration.ofMinutes(5);

    private final AccessKeys keys;
    private final InstantSource clock;
    private final SigningKeys signingKeys = new SigningKeys();

    public SigV4Authenticator(AccessKeys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    @Override
    public Authentication begin(RequestHead head, String service) {
        var presented = PresentedSignature.of(head);
        var key = keys.find(presented.scope().keyId()).orElseThrow(SigV4Authenticator::invalidToken);
        checkToken(key, presented);
        checkScope(presented, service);
        checkTime(presented);
        Source.unsigned(key.holder(), head.headers(), presented.signedHeaders()).ifPresent(name -> {
            throw invalid("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.");
        });
        var payload = PayloadSigning.parse(presented.contentSha256())
                .orElseThrow(() -> new ApiException(
                        ApiError.INCOMPLETE_SIGNATURE,
                        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER,"
                                + " STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
                                + " or a valid sha256 value."));
        var signed = new SignedRequest(
                head,
                presented,
                payload,
                signingKeys.derive(key, presented.scope()),
                new AuthenticatedCaller(
                        key.account(),
                        new Region(presented.scope().region()),
                        key.holder(),
                        Source.of(key.holder(), head.headers())));
        payload.knownHash().ifPresent(signed::checkSignature);
        return signed;
    }

    private void checkToken(AccessKey key, PresentedSignature presented) {
        if (!sameText(key.sessionToken(), presented.sessionToken())) {
            throw invalidToken();
        }
        if (key.isExpired(clock.instant())) {
            throw expired();
        }
    }

    private static void checkScope(PresentedSignature presented, String service) {
        var scope = presented.scope();
        if (!scope.terminator().equals(TERMINATOR)) {
            throw invalid("Credential should be scoped with a valid terminator: '" + TERMINATOR + "', not '"
                    + scope.terminator() + "'.");
        }
        if (!scope.service().equals(service)) {
            throw invalid("Credential should be scoped to correct service: '" + service + "'.");
        }
        if (!scope.hasRegion()) {
            throw invalid("Credential should be scoped to a valid region.");
        }
        var day = presented.timestamp().substring(0, 8);
        if (!scope.date().equals(day)) {
            throw invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"
                    + scope.date() + "' != '" + day + "', from '" + presented.timestamp() + "'.");
        }
        if (!presented.signedHeaders().contains("host")) {
            throw invalid("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
        }
    }

    private void checkTime(PresentedSignature presented) {
        var now = clock.instant();
        var signedAt = presented.signedAt();
        var lifetime = presented.lifetime();
        var oldest = now.minus(lifetime == null ? SKEW : lifetime);
        if (signedAt.isBefore(oldest)) {
            throw invalid("Signature expired: " + timestamp(signedAt) + " is now earlier than " + timestamp(oldest)
                    + " (" + timestamp(now) + " - " + inWords(lifetime == null ? SKEW : lifetime) + ".)");
        }
        var newest = now.plus(SKEW);
        if (signedAt.isAfter(newest)) {
            throw invalid("Signature not yet current: " + timestamp(signedAt) + " is still later than "
                    + timestamp(newest) + " (" + timestamp(now) + " + " + inWords(SKEW) + ".)");
        }
    }

    private static String timestamp(Instant time) {
        return PresentedSignature.TIMESTAMP.format(time);
    }

    private static String inWords(Duration duration) {
        return duration.toSecondsPart() == 0 ? duration.toMinutes() + " min" : duration.toSeconds() + " s";
    }

    /// A request whose signature is checked as soon as all that it covers is there.
    private record SignedRequest(
            RequestHead head,
            PresentedSignature presented,
            PayloadSigning payload,
            SigningKey key,
            AuthenticatedCaller caller)
            implements Authentication {
        @Override
        public boolean needsBodyHash() {
            return payload instanceof PayloadSigning.Hashed;
        }

        @Override
        public String accessKey() {
            return presented.scope().keyId();
        }

        @Override
        public boolean isFramed() {
            return payload instanceof PayloadSigning.Chunked;
        }

        @Override
        public Authenticated check(RequestBody body, byte[] sha256) {
            return switch (payload) {
                case PayloadSigning.Unsigned() -> new Authenticated(caller, body);
                case PayloadSigning.Hashed(var announced) -> {
                    var hash = HexFormat.of().formatHex(sha256);
                    if (announced == null) {
                        checkSignature(hash);
                    } else if (!announced.equals(hash)) {
                        throw mismatch();
                    }
                    yield new Authenticated(caller, body);
                }
                case PayloadSigning.Chunked chunked ->
                    new Authenticated(
                            caller,
                            AwsChunkedBody.decode(
                                    body,
                                    chunked.signed() ? chunkSignatures() : null,
                                    head.headers()
                                            .first("x-amz-decoded-content-length")
                                            .orElse(null)));
            };
        }

        private ChunkSignatures chunkSignatures() {
            return new ChunkSignatures(
                    key, presented.timestamp(), presented.scope().signed(), presented.signature());
        }

        private void checkSignature(String payloadHash) {
            var canonical = CanonicalRequest.of(head, presented.query(), presented.signedHeaders(), payloadHash);
            var toSign = String.join(
                    "\n",
                    PresentedSignature.ALGORITHM,
                    presented.timestamp(),
                    presented.scope().signed(),
                    Sha256.hex(canonical));
            if (!sameText(HexFormat.of().formatHex(key.sign(toSign)), presented.signature())) {
                throw mismatch();
            }
        }
    }

    /// Compares in a time that does not tell where the texts differ.
    private static boolean sameText(@Nullable String ours, @Nullable String theirs) {
        if (ours == null || theirs == null) {
            return ours == null && theirs == null;
        }
        return MessageDigest.isEqual(
                ours.getBytes(StandardCharsets.ISO_8859_1), theirs.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ApiException invalidToken() {
        return new ApiException(ApiError.UNRECOGNIZED_CLIENT, "The security token included in the request is invalid.");
    }

    static ApiException expired() {
        return new ApiException(ApiError.EXPIRED_TOKEN, "The security token included in the request is expired");
    }

    private static ApiException invalid(String message) {
        return new ApiException(ApiError.INVALID_SIGNATURE, message);
    }

    static ApiException mismatch() {
        return invalid("The request signature we calculated does not match the signature you provided. Check your AWS"
                + " Secret Access Key and signing method. Consult the service documentation for details.");
    }
}
