package hearth.server.urls;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// JSON that is put together from what is JSON already and from strings.
final class JsonText {
    private final StringBuilder text;

    JsonText(int capacity) {
        text = new StringBuilder(capacity);
    }

    /// Appends what is JSON as it is.
    JsonText raw(String json) {
        text.append(json);
        return this;
    }

    /// Appends a string. A half of a character without its other half becomes a question mark.
    JsonText string(String value) {
        text.append('"');
        int plain = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == '"' || c == '\\') {
                text.append(value, plain, i);
                plain = i + 1;
                escape(c);
            }
        }
        if (plain == 0) {
            text.append(value);
        } else {
            text.append(value, plain, value.length());
        }
        text.append('"');
        return this;
    }

    private void escape(char c) {
        switch (c) {
            case '"', '\\' -> text.append('\\').append(c);
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\t' -> text.append("\\t");
            default -> text.append("\\u").append(HexFormat.of().toHexDigits(c));
        }
    }

    /// What was appended, in UTF-8.
    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
