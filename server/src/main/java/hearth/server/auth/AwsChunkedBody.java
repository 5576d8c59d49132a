package hearth.server.auth;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.RequestBody;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Takes a body out of `aws-chunked`: `SIZE;chunk-signature=…`, data, and so on to a chunk of size 0, then perhaps
/// trailer fields with a checksum and a signature.
///
/// The data is moved to the beginning of the array that holds the framed body: a package is not in memory twice.
final class AwsChunkedBody {
    private static final String SIGNATURE = "chunk-signature=";
    private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";
    private static final int MOST_SIZE_DIGITS = 8;

    /// Framed from `at` on; before that, `length` bytes of data.
    private final byte[] bytes;

    private final int end;
    private final @Nullable ChunkSignatures signatures;
    private int at;
    private int length;

    private AwsChunkedBody(RequestBody framed, @Nullable ChunkSignatures signatures) {
        this.bytes = framed.bytes();
        this.end = framed.length();
        this.signatures = signatures;
    }

    /// The body without its framing, in the same array.
    ///
    /// @param framed of which nothing is left
    /// @param signatures null when chunks need not be signed
    /// @param decodedLength `x-amz-decoded-content-length`; null when the request does not say it
    /// @throws ApiException when the framing, a signature, a checksum or the length is wrong
    static RequestBody decode(
            RequestBody framed, @Nullable ChunkSignatures signatures, @Nullable String decodedLength) {
        var body = new AwsChunkedBody(framed, signatures);
        while (body.readChunk()) {
            // Chunks end with the one that is empty.
        }
        body.readTrailer();
        if (decodedLength != null && !decodedLength.strip().equals(Integer.toString(body.length))) {
            throw malformed("x-amz-decoded-content-length is " + decodedLength + ", but the body has " + body.length
                    + " bytes.");
        }
        return new RequestBody(body.bytes, body.length);
    }

    private boolean readChunk() {
        var line = readLine();
        int semicolon = line.indexOf(';');
        int size = size(semicolon < 0 ? line : line.substring(0, semicolon));
        if (size > end - at) {
            throw malformed("The aws-chunked body ends within a chunk.");
        }
        if (signatures != null) {
            var extension = semicolon < 0 ? "" : line.substring(semicolon + 1).strip();
            var signature = extension.startsWith(SIGNATURE) ? extension.substring(SIGNATURE.length()) : "";
            if (!signatures.acceptsChunk(bytes, at, size, signature)) {
                throw SigV4Authenticator.mismatch();
            }
        }
        if (size == 0) {
            return false;
        }
        System.arraycopy(bytes, at, bytes, length, size);
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
        if (at < end) {
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
            if (!checksum.of(bytes, length).equals(value)) {
                throw malformed("The value of " + name + " does not match the body.");
            }
        }));
    }

    /// The next line, which ends with CRLF.
    private String readLine() {
        int feed = at;
        while (feed < end && bytes[feed] != '\n') {
            feed++;
        }
        if (feed == end || feed == at || bytes[feed - 1] != '\r') {
            throw malformed("A line of the aws-chunked body must end with CRLF.");
        }
        var line = new String(bytes, at, feed - 1 - at, StandardCharsets.ISO_8859_1);
        at = feed + 1;
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
