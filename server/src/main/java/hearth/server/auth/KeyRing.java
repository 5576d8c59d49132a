package hearth.server.auth;

import hearth.model.AccountId;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Keeps access keys: those that requests may be signed with.
public interface KeyRing {
    /// All keys, oldest first.
    List<AccessKey> list();

    /// Makes a key of the account, of a member of an organization, or of a service. Those of functions are not kept.
    ///
    /// @param lifetime null for a key that lasts; others come with a session token
    AccessKey create(AccountId account, Holder holder, @Nullable Duration lifetime, RandomGenerator random);

    /// Deletes a key; false when there is none of this id.
    boolean delete(String id);
}
