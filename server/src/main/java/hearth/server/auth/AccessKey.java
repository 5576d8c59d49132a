package hearth.server.auth;

import hearth.model.AccountId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A key that requests are signed with.
///
/// @param sessionToken must come with each request; null for a lasting key
/// @param expires null for a lasting key, and for one that lasts until somebody ends it
/// @param holder whose it is
public record AccessKey(
        String id,
        String secret,
        AccountId account,
        Instant created,
        @Nullable String sessionToken,
        @Nullable Instant expires,
        Holder holder) {
    /// A key of the account itself.
    public AccessKey(
            String id,
            String secret,
            AccountId account,
            Instant created,
            @Nullable String sessionToken,
            @Nullable Instant expires) {
        this(id, secret, account, created, sessionToken, expires, new Holder.Account());
    }

    /// The same key in somebody's hands.
    AccessKey heldBy(Holder other) {
        return new AccessKey(id, secret, account, created, sessionToken, expires, other);
    }

    /// The same key, as one that is good no longer.
    AccessKey ended(Instant when) {
        return new AccessKey(id, secret, account, created, sessionToken, when, holder);
    }

    boolean isExpired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }

    /// The key without its secrets.
    @Override
    public String toString() {
        return "AccessKey[" + id + " of " + account + ", " + holder + "]";
    }
}
