package hearth.worker.environment;

import java.util.Map;

/// What the processes of one environment sign their requests with.
public record FunctionCredentials(String accessKeyId, String secretAccessKey, String sessionToken) {
    Map<String, String> variables() {
        return Map.of(
                "AWS_ACCESS_KEY_ID", accessKeyId,
                "AWS_SECRET_ACCESS_KEY", secretAccessKey,
                "AWS_SESSION_TOKEN", sessionToken);
    }

    /// Without the secrets.
    @Override
    public String toString() {
        return "FunctionCredentials[" + accessKeyId + "]";
    }
}
