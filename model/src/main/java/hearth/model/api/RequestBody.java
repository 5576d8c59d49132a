package hearth.model.api;

import java.util.Arrays;

/// The body of a request, at the beginning of an array that may be longer: a large one is not copied only to fit.
///
/// @param bytes not to be changed by anyone but whoever takes the body out of its framing
public record RequestBody(byte[] bytes, int length) {
    public static RequestBody of(byte[] bytes) {
        return new RequestBody(bytes, bytes.length);
    }

    /// The body in an array of its own length.
    public byte[] toByteArray() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
}
