package hearth.server.auth;

import hearth.server.http.RequestHead;
import java.util.Optional;

/// `KEY/20260102/us-east-1/lambda/aws4_request`: the key that signed, and what its signature is good for.
public record CredentialScope(String keyId, String date, String region, String service, String terminator) {
    private static final String CREDENTIAL = "Credential=";
    private static final int LONGEST_REGION = 64;

    /// The scope that a request names, signed well or not; empty when it names none.
    public static Optional<CredentialScope> of(RequestHead head) {
        return parse(credential(head));
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

    /// The scope in a credential; empty when it has not five parts.
    static Optional<CredentialScope> parse(String credential) {
        var parts = credential.split("/", -1);
        if (parts.length != 5) {
            return Optional.empty();
        }
        return Optional.of(new CredentialScope(parts[0], parts[1], parts[2], parts[3], parts[4]));
    }

    /// The scope as it is signed.
    String signed() {
        return date + '/' + region + '/' + service + '/' + terminator;
    }

    /// Whether the region could be one: it becomes a part of ARNs and of file names.
    boolean hasRegion() {
        if (region.isEmpty() || region.length() > LONGEST_REGION || region.startsWith("-") || region.endsWith("-")) {
            return false;
        }
        return region.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    }
}
