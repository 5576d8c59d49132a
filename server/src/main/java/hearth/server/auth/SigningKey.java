package hearth.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A key ready to sign. Safe for use by many threads: each signature is made by a copy.
public final class SigningKey {
    private static final String HMAC = "HmacSHA256";

    private final Mac prepared;

    private SigningKey(Mac prepared) {
        this.prepared = prepared;
    }

    /// Derived from a secret for one scope, as Signature Version 4 has it.
    public static SigningKey of(String secret, String date, String region, String service, String terminator) {
        var key = of(("AWS4" + secret).getBytes(StandardCharsets.UTF_8));
        for (var part : new String[] {date, region, service, terminator}) {
            key = of(key.sign(part));
        }
        return key;
    }

    private static SigningKey of(byte[] key) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return new SigningKey(mac);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + HMAC, e);
        }
    }

    public byte[] sign(String text) {
        try {
            var mac = (Mac) prepared.clone();
            return mac.doFinal(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("The platform's " + HMAC + " can be cloned", e);
        }
    }
}
