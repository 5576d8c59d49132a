package hearth.model;

import java.util.Base64;
import java.util.HexFormat;

/// The SHA-256 of a deployment package's zip bytes, in lower-case hex. Names the package in every store and cache.
public record CodeDigest(String hex) {
    public CodeDigest {
        if (!isValid(hex)) {
            throw new IllegalArgumentException("Not a SHA-256 in lower-case hex: " + hex);
        }
    }

    public static boolean isValid(String hex) {
        return hex.length() == 64 && hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    public static CodeDigest of(byte[] sha256) {
        return new CodeDigest(HexFormat.of().formatHex(sha256));
    }

    /// `CodeSha256` of the API.
    public String base64() {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }
}
