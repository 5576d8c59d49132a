package hearth.server.urls;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/// How the body of a request is told: as text where its type is one of texts, else in base64.
///
/// Each event is made in an array of its own length, so that its body is copied once.
final class BodyText {
    private static final byte[] BASE64 =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);

    /// How many bytes each byte takes in a JSON string.
    private static final byte[] LENGTHS = lengths();

    private BodyText() {}

    /// Whether bodies of a type are text, as long as they are UTF-8. Forms are not, urlencoded or not; nor is a body
    /// that has no type.
    static boolean isText(String contentType) {
        int end = contentType.indexOf(';');
        var type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.startsWith("text/")
                || (type.startsWith("application/")
                        && (type.endsWith("json") || type.endsWith("javascript") || endsAsXml(type)))
                || type.endsWith("+json")
                || type.endsWith("+xml");
    }

    private static boolean endsAsXml(String type) {
        return type.endsWith("/xml") || type.endsWith("+xml");
    }

    /// @param text the bytes of a string in UTF-8, of which the first `length` count
    static byte[] between(byte[] before, byte[] text, int length, String after, int largest)
            throws UrlEvent.TooLargeException {
        long escaped = 0;
        for (int i = 0; i < length; i++) {
            escaped += text[i] < 0 ? 1 : LENGTHS[text[i]];
        }
        var event = begun(before, escaped, after, largest);
        int at = before.length;
        for (int i = 0; i < length; i++) {
            byte b = text[i];
            if (b < 0 || LENGTHS[b] == 1) {
                event[at++] = b;
            } else {
                at = escape(b, event, at);
            }
        }
        return event;
    }

    /// As the other, with the bytes in base64.
    static byte[] base64Between(byte[] before, byte[] bytes, int length, String after, int largest)
            throws UrlEvent.TooLargeException {
        var event = begun(before, (length + 2L) / 3 * 4, after, largest);
        int at = before.length;
        int i = 0;
        for (; i + 2 < length; i += 3) {
            int three = (bytes[i] & 0xff) << 16 | (bytes[i + 1] & 0xff) << 8 | (bytes[i + 2] & 0xff);
            event[at++] = BASE64[three >>> 18];
            event[at++] = BASE64[three >>> 12 & 0x3f];
            event[at++] = BASE64[three >>> 6 & 0x3f];
            event[at++] = BASE64[three & 0x3f];
        }
        if (i < length) {
            boolean two = i + 1 < length;
            int rest = (bytes[i] & 0xff) << 16 | (two ? (bytes[i + 1] & 0xff) << 8 : 0);
            event[at++] = BASE64[rest >>> 18];
            event[at++] = BASE64[rest >>> 12 & 0x3f];
            event[at++] = two ? BASE64[rest >>> 6 & 0x3f] : (byte) '=';
            event[at] = '=';
        }
        return event;
    }

    private static byte[] begun(byte[] before, long middle, String after, int largest)
            throws UrlEvent.TooLargeException {
        long whole = before.length + middle + after.length();
        if (whole > largest) {
            throw new UrlEvent.TooLargeException();
        }
        var event = new byte[(int) whole];
        System.arraycopy(before, 0, event, 0, before.length);
        var end = after.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(end, 0, event, event.length - end.length, end.length);
        return event;
    }

    private static int escape(byte b, byte[] event, int start) {
        int at = start;
        event[at++] = '\\';
        switch (b) {
            case '"', '\\' -> event[at++] = b;
            case '\n' -> event[at++] = 'n';
            case '\r' -> event[at++] = 'r';
            case '\t' -> event[at++] = 't';
            case '\b' -> event[at++] = 'b';
            case '\f' -> event[at++] = 'f';
            default -> {
                event[at++] = 'u';
                event[at++] = '0';
                event[at++] = '0';
                event[at++] = (byte) HexFormat.of().toHighHexDigit(b);
                event[at++] = (byte) HexFormat.of().toLowHexDigit(b);
            }
        }
        return at;
    }

    private static byte[] lengths() {
        var lengths = new byte[128];
        for (int c = 0; c < lengths.length; c++) {
            boolean isShort = "\"\\\n\r\t\b\f".indexOf(c) >= 0;
            lengths[c] = (byte) (isShort ? 2 : c < ' ' ? 6 : 1);
        }
        return lengths;
    }
}
