package hearth.server.auth;

import hearth.model.AccountId;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Region;
import hearth.model.api.RequestBody;
import hearth.server.http.RequestHead;
import java.time.InstantSource;

/// Believes every request, signed or not, and takes account and region from its credential scope: an access key of
/// 12 digits is the account, one such as `s3.amazonaws.com` that service, that of an environment its function's. For
/// loopback addresses, where whoever can connect is the owner, and for functions, who are no owners: each acts in its
/// own account, and none as a service.
public final class TrustingAuthenticator implements Authenticator {
    private static final Region DEFAULT_REGION = new Region("us-east-1");

    /// The caller of requests that do not say it.
    private final AuthenticatedCaller fallback;

    private final AccessKeys keys;
    private final InstantSource clock;
    private final boolean confined;

    /// @param account of requests whose access key is neither an account nor an environment's
    /// @param keys of environments
    public TrustingAuthenticator(AccountId account, AccessKeys keys, InstantSource clock) {
        this(new AuthenticatedCaller(account, DEFAULT_REGION), keys, clock, false);
    }

    private TrustingAuthenticator(
            AuthenticatedCaller fallback, AccessKeys keys, InstantSource clock, boolean confined) {
        this.fallback = fallback;
        this.keys = keys;
        this.clock = clock;
        this.confined = confined;
    }

    /// The authenticator of requests that come from one function.
    public Authenticator confinedTo(AuthenticatedCaller function) {
        return new TrustingAuthenticator(function, keys, clock, true);
    }

    @Override
    public Authentication begin(RequestHead head, String service) {
        var framed = isAwsChunked(head);
        return CredentialScope.of(head)
                .map(scope -> new Believed(caller(scope, head), scope.keyId(), framed))
                .orElseGet(() -> new Believed(fallback, "", framed));
    }

    private AuthenticatedCaller caller(CredentialScope scope, RequestHead head) {
        var region = scope.hasRegion() ? new Region(scope.region()) : fallback.region();
        var caller = caller(scope.keyId(), region);
        if (caller.holder() instanceof Holder.Service(var principal)) {
            if (confined) {
                throw confined("as " + principal);
            }
            return new AuthenticatedCaller(
                    caller.account(), region, caller.holder(), Source.of(caller.holder(), head.headers()));
        }
        if (confined && !caller.account().equals(fallback.account())) {
            throw confined("in " + caller.account());
        }
        return caller;
    }

    private ApiException confined(String otherwise) {
        return new ApiException(
                ApiError.ACCESS_DENIED,
                "Without signatures a function acts in its own account, " + fallback.account() + ", and not "
                        + otherwise + ". Use --auth sigv4.");
    }

    private AuthenticatedCaller caller(String keyId, Region region) {
        var key = keys.find(keyId);
        if (key.isPresent()) {
            if (key.get().isExpired(clock.instant())) {
                throw SigV4Authenticator.expired();
            }
            return new AuthenticatedCaller(
                    key.get().account(), region, key.get().holder());
        }
        if (AccountId.isValid(keyId)) {
            return new AuthenticatedCaller(new AccountId(keyId), region);
        }
        boolean isService = keyId.indexOf('.') >= 0 && Holder.Service.isPrincipal(keyId);
        return new AuthenticatedCaller(
                fallback.account(), region, isService ? new Holder.Service(keyId) : fallback.holder());
    }

    private static boolean isAwsChunked(RequestHead head) {
        return head.headers().hasToken("content-encoding", "aws-chunked")
                || head.headers().first("x-amz-content-sha256").orElse("").startsWith("STREAMING-");
    }

    private record Believed(AuthenticatedCaller caller, String accessKey, boolean isFramed) implements Authentication {
        @Override
        public boolean needsBodyHash() {
            return false;
        }

        @Override
        public Authenticated check(RequestBody body, byte[] sha256) {
            return new Authenticated(caller, isFramed ? AwsChunkedBody.decode(body, null, null) : body);
        }
    }
}
