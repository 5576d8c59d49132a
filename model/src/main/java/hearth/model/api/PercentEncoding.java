package hearth.model.api;

import java.nio.charset.StandardCharsets;

/// Decodes percent-encoded UTF-8. An escape that is malformed stands for itself, so that what comes of it is refused
/// by the parameter's own constraints.
final class PercentEncoding {
    private PercentEncoding() {}

    static String decodePath(String text) {
        return text.indexOf('%') < 0 ? text : decode(text);
    }

    /// The decoding of queries, in which a plus sign is a space.
    static String decodeQuery(String text) {
        return decodePath(text.indexOf('+') < 0 ? text : text.replace('+', ' '));
    }

    private static String decode(String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '%' && i + 2 < bytes.length && digit(bytes[i + 1]) >= 0 && digit(bytes[i + 2]) >= 0) {
                bytes[length++] = (byte) (digit(bytes[i + 1]) << 4 | digit(bytes[i + 2]));
                i += 2;
            } else {
                bytes[length++] = bytes[i];
            }
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private static int digit(byte character) {
        return Character.digit((char) character, 16);
    }
}
