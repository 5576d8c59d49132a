package hearth.server.invoke;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import hearth.model.ApiError;
import hearth.model.ApiException;
import java.io.IOException;

/// Tells whether a payload is one JSON value, and if not says so in the words of AWS, which are the parser's.
///
/// It reads tokens and builds nothing, so a payload costs no memory; nesting is bounded by the parser at 1,000.
final class PayloadCheck {
    private static final JsonFactory JSON = new JsonFactory();

    private PayloadCheck() {}

    /// Refuses a payload that is anything but one JSON value with white space around it.
    static void check(byte[] payload) {
        try {
            read(payload);
        } catch (IOException e) {
            throw new ApiException(
                    ApiError.INVALID_REQUEST_CONTENT,
                    "Could not parse request body into json: Could not parse payload into json: " + e.getMessage());
        }
    }

    /// The first token of a text that is one JSON value.
    static JsonToken read(byte[] json) throws IOException {
        try (var parser = JSON.createParser(json)) {
            var first = parser.nextToken();
            if (first == null) {
                throw refusal(parser, "No content to map due to end-of-input");
            }
            var open = first.isStructStart() ? 1 : 0;
            while (open > 0) {
                // Null inside an open structure cannot be: the parser throws at a premature end.
                var token = parser.nextToken();
                if (token.isStructStart()) {
                    open++;
                } else if (token.isStructEnd()) {
                    open--;
                }
            }
            // A string is read to its end only when the parser moves on.
            var trailing = parser.nextToken();
            if (trailing != null) {
                throw refusal(parser, "Trailing token (of type " + trailing + ") found after value");
            }
            return first;
        }
    }

    private static JsonProcessingException refusal(JsonParser parser, String message) {
        return new JsonParseException(parser, message);
    }
}
