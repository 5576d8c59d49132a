package hearth.server.auth;

import java.util.Optional;

/// Finds the key that a request names.
@FunctionalInterface
public interface AccessKeys {
    Optional<AccessKey> find(String id);

    /// The keys of this, and behind them those of another.
    default AccessKeys or(AccessKeys others) {
        return id -> find(id).or(() -> others.find(id));
    }
}
