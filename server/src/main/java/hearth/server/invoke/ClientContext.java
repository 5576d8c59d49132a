package hearth.server.invoke;

import com.fasterxml.jackson.core.JsonToken;
import hearth.model.ApiError;
import hearth.model.ApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/// `X-Amz-Client-Context`: what a mobile SDK says of its client, as JSON in base64.
final class ClientContext {
    private static final int MAX_BASE64_LENGTH = 3583;

    private ClientContext() {}

    /// The JSON as one line of ASCII, because it becomes a header towards the runtime: a line break, which JSON
    /// allows between its tokens, would begin another header there.
    static String decode(String base64) {
        if (base64.length() > MAX_BASE64_LENGTH) {
            throw new ApiException(
                    ApiError.INVALID_REQUEST_CONTENT,
                    "Client context must be at most " + MAX_BASE64_LENGTH + " bytes in base64.");
        }
        byte[] json;
        try {
            json = Base64.getDecoder().decode(base64);
            if (PayloadCheck.read(json) != JsonToken.START_OBJECT) {
                throw invalid();
            }
        } catch (IllegalArgumentException | IOException _) {
            throw invalid();
        }
        return asciiLine(new String(json, StandardCharsets.UTF_8));
    }

    private static String asciiLine(String json) {
        var line = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            var c = json.charAt(i);
            if (c < ' ') {
                line.append(' ');
            } else if (c < 0x7f) {
                line.append(c);
            } else {
                // Valid JSON has these in strings only, where an escape means the same.
                line.append("\\u").append(HexFormat.of().toHexDigits(c));
            }
        }
        return line.toString();
    }

    private static ApiException invalid() {
        return new ApiException(
                ApiError.INVALID_REQUEST_CONTENT, "Client context must be a valid Base64-encoded JSON object.");
    }
}
