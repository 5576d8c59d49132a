package hearth.server.auth;

import java.util.Optional;

/// Finds the key that a request names.
@FunctionalInterface
public interface AccessKeys {
    Optional<AccessKey> find(String id);
}
