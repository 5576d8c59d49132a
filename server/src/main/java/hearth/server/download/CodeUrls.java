package hearth.server.download;

import hearth.control.operation.Caller;
import hearth.control.operation.CodeLocation;
import hearth.model.CodeDigest;
import hearth.model.api.QueryParameters;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// URLs of deployment packages. Each says whose package it is and until when it is good, and is signed for both.
public final class CodeUrls implements CodeLocation {
    /// Begins every such URL's path. No path of the API begins with an underscore.
    public static final String PATH = "/_hearth/code/";

    /// The time that a URL is good for, as AWS's.
    static final Duration VALID = Duration.ofMinutes(10);

    private static final String HMAC = "HmacSHA256";
    private static final Pattern PACKAGE = Pattern.compile(PATH + "[0-9]{12}/([0-9a-f]{64})");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,11}");

    /// Ready to sign, the first by which URLs are made; each signature takes a copy.
    private final List<Mac> signers;

    private final InstantSource clock;

    /// @param keys secret; whoever knows one can download every package. URLs are made by the first, and those of all
    ///     are good, so that a key can be replaced while URLs of the one before are about
    public CodeUrls(List<byte[]> keys, InstantSource clock) {
        this.signers = keys.stream().map(CodeUrls::signer).toList();
        this.clock = clock;
    }

    private static Mac signer(byte[] key) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + HMAC, e);
        }
    }

    /// The worth of a URL.
    sealed interface Verdict {
        record Granted(CodeDigest code) implements Verdict {}

        record Expired(Instant at) implements Verdict {}

        /// A URL that was not made here, or was altered since.
        record Forged() implements Verdict {}
    }

    @Override
    public Optional<String> of(Caller caller, CodeDigest code) {
        var path = PATH + caller.account().value() + "/" + code.hex();
        var expires = Long.toString(clock.instant().plus(VALID).getEpochSecond());
        var signature = HexFormat.of().formatHex(sign(signers.getFirst(), path, expires));
        return Optional.of(caller.endpoint() + path + "?Expires=" + expires + "&Signature=" + signature);
    }

    Verdict judge(String path, String query) {
        var parameters = QueryParameters.parse(query);
        var expires = String.valueOf(parameters.first("Expires"));
        var signature = String.valueOf(parameters.first("Signature"));
        var named = PACKAGE.matcher(path);
        if (!named.matches() || !SECONDS.matcher(expires).matches() || !isSigned(path, expires, signature)) {
            return new Verdict.Forged();
        }
        var end = Instant.ofEpochSecond(Long.parseLong(expires));
        return clock.instant().isBefore(end)
                ? new Verdict.Granted(new CodeDigest(named.group(1)))
                : new Verdict.Expired(end);
    }

    private boolean isSigned(String path, String expires, String signature) {
        var shown = signature.getBytes(StandardCharsets.UTF_8);
        boolean signed = false;
        for (var signer : signers) {
            var right = HexFormat.of().formatHex(sign(signer, path, expires)).getBytes(StandardCharsets.US_ASCII);
            signed |= MessageDigest.isEqual(right, shown);
        }
        return signed;
    }

    private static byte[] sign(Mac signer, String path, String expires) {
        try {
            var mac = (Mac) signer.clone();
            return mac.doFinal((path + "?" + expires).getBytes(StandardCharsets.UTF_8));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("The platform's own " + HMAC + " can be copied", e);
        }
    }
}
