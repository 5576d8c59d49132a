package hearth.server.auth;

import hearth.model.AccountId;
import hearth.model.Region;
import hearth.server.http.RequestHead;

/// Believes every request, signed or not, and takes account and region from its credential scope: an access key of 12
/// digits is the account. For loopback addresses, where whoever can connect is the owner.
public final class TrustingAuthenticator implements Authenticator {
    private static final String CREDENTIAL = "Credential=";
    private static final Region DEFAULT_REGION = new Region("us-east-1");

    private final AccountId account;

    /// @param account of requests whose access key is not an account
    public TrustingAuthenticator(AccountId account) {
        this.account = account;
    }

    @Override
    public Authentication begin(RequestHead head) {
        var framed = isAwsChunked(head);
        return CredentialScope.parse(credential(head))
                .map(scope -> new Believed(caller(scope), scope.keyId(), framed))
                .orElseGet(() -> new Believed(new Caller(account, DEFAULT_REGION), "", framed));
    }

    private Caller caller(CredentialScope scope) {
        var keyId = scope.keyId();
        return new Caller(
                AccountId.isValid(keyId) ? new AccountId(keyId) : account,
                scope.hasRegion() ? new Region(scope.region()) : DEFAULT_REGION);
    }

    private static String credential(RequestHead head) {
        var authorization = head.headers().first("authorization").orElse("");
        int start = authorization.indexOf(CREDENTIAL);
        if (start >= 0) {
            int from = start + CREDENTIAL.length();
            int end = from;
            while (end < authorization.length()
                    && authorization.charAt(end) != ','
                    && authorization.charAt(end) != ' ') {
                end++;
            }
            return authorization.substring(from, end);
        }
        if (head.query().contains("X-Amz-Credential=")) {
            return QueryString.parse(head.query()).first("X-Amz-Credential").orElse("");
        }
        return "";
    }

    private static boolean isAwsChunked(RequestHead head) {
        return head.headers().hasToken("content-encoding", "aws-chunked")
                || head.headers().first("x-amz-content-sha256").orElse("").startsWith("STREAMING-");
    }

    private record Believed(Caller caller, String accessKey, boolean isFramed) implements Authentication {
        @Override
        public boolean needsBodyHash() {
            return false;
        }

        @Override
        public Authenticated check(byte[] body, byte[] sha256) {
            return new Authenticated(caller, isFramed ? AwsChunkedBody.decode(body, null, null) : body);
        }
    }
}
