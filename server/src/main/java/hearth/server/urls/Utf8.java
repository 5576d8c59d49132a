package hearth.server.urls;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Bytes of strangers, which may be UTF-8.
final class Utf8 {
    private Utf8() {}

    /// Whether the first bytes of an array are UTF-8.
    static boolean isValid(byte[] bytes, int length) {
        int ascii = 0;
        while (ascii < length && bytes[ascii] >= 0) {
            ascii++;
        }
        if (ascii == length) {
            return true;
        }
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var in = ByteBuffer.wrap(bytes, ascii, length - ascii);
        var thrownAway = CharBuffer.allocate(1024);
        while (true) {
            var result = decoder.decode(in, thrownAway, true);
            if (result.isUnderflow()) {
                return true;
            }
            if (result.isError()) {
                return false;
            }
            thrownAway.clear();
        }
    }

    /// The text that a string's characters stand for, which are one byte each; the string itself where those are not
    /// UTF-8.
    static String ofBytes(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return decoded(text);
            }
        }
        return text;
    }

    private static String decoded(String text) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return text;
        }
    }

    /// A text whose characters are the bytes of the given one in UTF-8, as headers are sent.
    static String asBytes(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            }
        }
        return text;
    }
}
