package hearth.server.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/// Checks the signatures of `aws-chunked` chunks, each of which continues the one before.
final class ChunkSignatures {
    private final SigningKey key;
    private final String timestamp;
    private final String scope;
    private String previous;

    /// @param seed the signature of the request's head
    ChunkSignatures(SigningKey key, String timestamp, String scope, String seed) {
        this.key = key;
        this.timestamp = timestamp;
        this.scope = scope;
        this.previous = seed;
    }

    boolean acceptsChunk(byte[] data, int from, int length, String signature) {
        var digest = Sha256.digest();
        digest.update(data, from, length);
        var hash = HexFormat.of().formatHex(digest.digest());
        return accepts("AWS4-HMAC-SHA256-PAYLOAD", Sha256.EMPTY + "\n" + hash, signature);
    }

    /// @param fields the trailer's lines, `name:value` with a line feed behind each
    boolean acceptsTrailer(String fields, String signature) {
        var hash = Sha256.hex(fields.getBytes(StandardCharsets.ISO_8859_1));
        return accepts("AWS4-HMAC-SHA256-TRAILER", hash, signature);
    }

    private boolean accepts(String algorithm, String hashes, String signature) {
        var text = String.join("\n", algorithm, timestamp, scope, previous, hashes);
        previous = HexFormat.of().formatHex(key.sign(text));
        return MessageDigest.isEqual(
                previous.getBytes(StandardCharsets.ISO_8859_1), signature.getBytes(StandardCharsets.ISO_8859_1));
    }
}
