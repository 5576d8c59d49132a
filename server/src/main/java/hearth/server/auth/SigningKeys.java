package hearth.server.auth;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The keys that are derived from a secret for one day, region and service. They are kept, since to derive one takes
/// four times as long as to use it.
final class SigningKeys {
    /// A day, region and service each make another; a client that makes up regions must not fill the memory.
    private static final int MOST_KEPT = 1000;

    private record Name(String keyId, String secret, String scope) {}

    private final Map<Name, SigningKey> kept = new ConcurrentHashMap<>();

    SigningKey derive(AccessKey key, CredentialScope scope) {
        var name = new Name(key.id(), key.secret(), scope.signed());
        var known = kept.get(name);
        if (known != null) {
            return known;
        }
        var derived = SigningKey.of(key.secret(), scope.date(), scope.region(), scope.service(), scope.terminator());
        if (kept.size() >= MOST_KEPT) {
            kept.clear();
        }
        kept.put(name, derived);
        return derived;
    }
}
