package hearth.link.message;

import hearth.model.AccountId;
import java.time.Instant;

/// A key that a worker has made for one of its environments, by which the function signs its requests.
///
/// @param role of the function
/// @param function its name
public record FunctionKey(
        String id,
        String secret,
        String sessionToken,
        AccountId account,
        Instant created,
        String role,
        String function) {
    /// The key without its secrets.
    @Override
    public String toString() {
        return "FunctionKey[" + id + " of " + account + ", " + function + "]";
    }
}
