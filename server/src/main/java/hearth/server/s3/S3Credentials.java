package hearth.server.s3;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The credentials by which S3 knows Hearth.
///
/// @param sessionToken of temporary credentials; null for lasting ones
public record S3Credentials(
        String keyId, String secret, @Nullable String sessionToken) {
    /// Reads them from the variables that AWS's own clients read; empty where there are none, and S3 is asked
    /// without a signature.
    public static Optional<S3Credentials> of(Map<String, String> environment) {
        var keyId = environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
        var secret = environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "");
        var token = environment.getOrDefault("AWS_SESSION_TOKEN", "");
        return keyId.isEmpty() || secret.isEmpty()
                ? Optional.empty()
                : Optional.of(new S3Credentials(keyId, secret, token.isEmpty() ? null : token));
    }

    /// The credentials without their secrets.
    @Override
    public String toString() {
        return "S3Credentials[" + keyId + "]";
    }
}
