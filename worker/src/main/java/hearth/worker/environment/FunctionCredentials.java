package hearth.worker.environment;

import hearth.model.AccountId;
import java.util.Map;

/// What functions sign their own requests with. Hearth assumes no roles: every function gets these.
///
/// @param accessKeyId empty for the account's number, which Hearth and most emulators take for its key
/// @param sessionToken empty for none
public record FunctionCredentials(String accessKeyId, String secretAccessKey, String sessionToken) {
    /// Good where signatures are not checked: here by default, and in emulators of other services.
    public static final FunctionCredentials PLACEHOLDERS = new FunctionCredentials("", "hearth", "hearth");

    Map<String, String> variables(AccountId account) {
        var key = accessKeyId.isEmpty() ? account.value() : accessKeyId;
        return sessionToken.isEmpty()
                ? Map.of("AWS_ACCESS_KEY_ID", key, "AWS_SECRET_ACCESS_KEY", secretAccessKey)
                : Map.of(
                        "AWS_ACCESS_KEY_ID", key,
                        "AWS_SECRET_ACCESS_KEY", secretAccessKey,
                        "AWS_SESSION_TOKEN", sessionToken);
    }

    @Override
    public String toString() {
        return "FunctionCredentials[" + accessKeyId + "]";
    }
}
