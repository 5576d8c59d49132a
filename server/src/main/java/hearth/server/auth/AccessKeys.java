package hearth.server.auth;

import java.util.Optional;

/// Finds the key that a request names.
@FunctionalInterface
public interface AccessKeys {
    Optional<AccessKey> find(String id);

    /// These, and where one is not among them, those.
    default AccessKeys or(AccessKeys others) {
        return id -> find(id).or(() -> others.find(id));
    }
}
