package hearth.server.auth;

import hearth.model.ApiError;
import hearth.model.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Takes a body out of `aws-chunked`: `SIZE;chunk-signature=…`, data, and so on to a chunk of size 0, then perhaps
/// trailer fields with a checksum and a signature.
final class AwsChunkedBody {
    private static final String SIGNATURE = "chunk-signature=";
    private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";
    private static final int MOST_SIZE_DIGITS = 8;

    private final byte[] framed;
    private final @Nullable ChunkSignatures signatures;
    private final byte[] data;
    private int at;
    private int length;

    private AwsChunkedBody(byte[] framed, @Nullable ChunkSignatures signatures) {
        this.framed = framed;
        this.signatures = signatures;
        this.data = new byte[framed.length];
    }

    /// The body without its framing.
    ///
    /// @param signatures null when chunks need not be signed
    /// @param decodedLength `x-amz-decoded-content-length`; null when the request does not say it
    /// @throws ApiException when the framing, a signature, a checksum or the length is wrong
    static byte[] decode(byte[] framed, @Nullable ChunkSignatures signatures, @Nullable String decodedLength) {
        var body = new AwsChunkedBody(framed, signatures);
        while (body.readChunk()) {
            // Chunks end with the one that is empty.
        }
        body.readTrailer();
        if (decodedLength != null && !decodedLength.strip().equals(Integer.toString(body.length))) {
            throw malformed("x-amz-decoded-content-length is " + decodedLength + ", but the body has " + body.length
                    + " bytes.");
        }
        return Arrays.copyOf(body.data, body.length);
    }

    private boolean readChunk() {
        var line = readLine();
        int semicolon = line.indexOf(';');
        int size = size(semicolon < 0 ? line : line.substring(0, semicolon));
        if (size > framed.length - at) {
            throw malformed("The aws-chunked body ends within a chunk.");
        }
        if (signatures != null) {
            var extension = semicolon < 0 ? "" : line.substring(semicolon + 1).strip();
            var signature = extension.startsWith(SIGNATURE) ? extension.substring(SIGNATURE.length()) : "";
            if (!signatures.acceptsChunk(framed, at, size, signature)) {
                throw SigV4Authenticator.mismatch();
            }
        }
        if (size == 0) {
            return false;
        }
        System.arraycopy(framed, at, data, length, size);
        length += size;
        at += size;
        if (!readLine().isEmpty()) {
            throw malformed("A chunk of the aws-chunked body is longer than its size says.");
        }
        return true;
    }

    private void readTrailer() {
        var fields = new HashMap<String, String>();
        var signed = new StringBuilder();
        for (var line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw malformed("A trailer field of the aws-chunked body must be a name, a colon and a value.");
            }
            var name = line.substring(0, colon).toLowerCase(Locale.ROOT).strip();
            var value = line.substring(colon + 1).strip();
            fields.put(name, value);
            if (!name.equals(TRAILER_SIGNATURE)) {
                signed.append(name).append(':').append(value).append('\n');
            }
        }
        if (at < framed.length) {
            throw malformed("More follows after the aws-chunked body.");
        }
        if (signatures != null
                && !signed.isEmpty()
                && !signatures.acceptsTrailer(signed.toString(), fields.getOrDefault(TRAILER_SIGNATURE, ""))) {
            throw SigV4Authenticator.mismatch();
        }
        checkChecksums(fields);
    }

    private void checkChecksums(Map<String, String> fields) {
        fields.forEach((name, value) -> Checksum.named(name).ifPresent(checksum -> {
            if (!checksum.of(data, length).equals(value)) {
                throw malformed("The value of " + name + " does not match the body.");
            }
        }));
    }

    /// The next line, which ends with CRLF.
    private String readLine() {
        int end = at;
        while (end < framed.length && framed[end] != '\n') {
            end++;
        }
        if (end == framed.length || end == at || framed[end - 1] != '\r') {
            throw malformed("A line of the aws-chunked body must end with CRLF.");
        }
        var line = new String(framed, at, end - 1 - at, StandardCharsets.ISO_8859_1);
        at = end + 1;
        return line;
    }

    private static int size(String digits) {
        if (digits.isEmpty()
                || digits.length() >= MOST_SIZE_DIGITS
                || !digits.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            throw malformed("The size of an aws-chunked chunk must be a hexadecimal number.");
        }
        return Integer.parseInt(digits, 16);
    }

    private static ApiException malformed(String message) {
        return new ApiException(ApiError.BAD_REQUEST, message);
    }
}
