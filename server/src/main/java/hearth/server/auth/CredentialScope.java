package hearth.server.auth;

import java.util.Optional;

/// `KEY/20260102/us-east-1/lambda/aws4_request`: the key that signed, and what its signature is good for.
record CredentialScope(String keyId, String date, String region, String service, String terminator) {
    private static final int LONGEST_REGION = 64;

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
