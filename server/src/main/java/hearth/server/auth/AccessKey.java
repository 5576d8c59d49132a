package hearth.server.auth;

import hearth.model.AccountId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A key that requests are signed with.
///
/// @param sessionToken must come with each request; null for a lasting key
/// @param expires null for a lasting key
public record AccessKey(
        String id,
        String secret,
        AccountId account,
        Instant created,
        @Nullable String sessionToken,
        @Nullable Instant expires) {
    boolean isExpired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }

    /// Without the secrets.
    @Override
    public String toString() {
        return "AccessKey[" + id + " of " + account + "]";
    }
}
