package hearth.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The keys that are derived from a secret for one day, region and service. They are kept, since to derive one takes
/// four times as long as to use it.
final class SigningKeys {
    private static final String HMAC = "HmacSHA256";

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
        var date = SigningKey.of(("AWS4" + key.secret()).getBytes(StandardCharsets.UTF_8));
        var region = SigningKey.of(date.sign(scope.date()));
        var service = SigningKey.of(region.sign(scope.region()));
        var terminator = SigningKey.of(service.sign(scope.service()));
        var derived = SigningKey.of(terminator.sign(scope.terminator()));
        if (kept.size() >= MOST_KEPT) {
            kept.clear();
        }
        kept.put(name, derived);
        return derived;
    }

    /// A key ready to sign. Safe for use by many threads: each signature is made by a copy.
    static final class SigningKey {
        private final Mac prepared;

        private SigningKey(Mac prepared) {
            this.prepared = prepared;
        }

        static SigningKey of(byte[] key) {
            try {
                var mac = Mac.getInstance(HMAC);
                mac.init(new SecretKeySpec(key, HMAC));
                return new SigningKey(mac);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("Every Java platform has " + HMAC, e);
            }
        }

        byte[] sign(String text) {
            try {
                var mac = (Mac) prepared.clone();
                return mac.doFinal(text.getBytes(StandardCharsets.ISO_8859_1));
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("The platform's " + HMAC + " can be cloned", e);
            }
        }
    }
}
