package hearth.server.urls;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import hearth.model.api.JsonOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// What a function returned to a request that waits for all of it, as an HTTP answer.
///
/// An object that has a `statusCode` says what the answer is. Anything else is its body, without blanks between its
/// tokens, and a string without its quotes.
record FunctionAnswer(FunctionHead head, byte[] body) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final byte[] NOTHING = {};

    /// @param payload as the runtime posted it
    static FunctionAnswer of(byte[] payload) throws UnusableAnswerException {
        if (payload.length == 0) {
            return new FunctionAnswer(new FunctionHead(), NOTHING);
        }
        try {
            var told = told(payload);
            return told == null ? new FunctionAnswer(new FunctionHead(), asItIs(payload)) : told;
        } catch (IOException | UncheckedIOException e) {
            // The latter of a string with half a character, which the generator refuses to write.
            throw new UnusableAnswerException("it is no JSON");
        }
    }

    /// @return null where there is no `statusCode`
    private static @Nullable FunctionAnswer told(byte[] payload) throws IOException, UnusableAnswerException {
        try (var json = JSON.createParser(payload)) {
            if (json.nextToken() != JsonToken.START_OBJECT || !hasStatus(payload)) {
                return null;
            }
            var head = new FunctionHead();
            String body = "";
            boolean encoded = false;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var member = json.currentName();
                json.nextToken();
                if (!head.read(member, json)) {
                    switch (member) {
                        case "body" -> body = text(json);
                        case "isBase64Encoded" -> encoded = flag(json);
                        default -> json.skipChildren();
                    }
                }
            }
            requireEnd(json);
            return new FunctionAnswer(head, encoded ? decoded(body) : body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Whether the object has a `statusCode`: without one, nothing in it is looked at.
    private static boolean hasStatus(byte[] payload) throws IOException {
        try (var json = JSON.createParser(payload)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                if (json.currentName().equals("statusCode")) {
                    return true;
                }
                json.nextToken();
                json.skipChildren();
            }
            return false;
        }
    }

    private static String text(JsonParser json) throws IOException, UnusableAnswerException {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getText();
            case VALUE_NULL -> "";
            default -> throw new UnusableAnswerException("body is no string");
        };
    }

    private static boolean flag(JsonParser json) throws UnusableAnswerException {
        return switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw new UnusableAnswerException("isBase64Encoded is no boolean");
        };
    }

    private static byte[] decoded(String body) throws UnusableAnswerException {
        try {
            return Base64.getDecoder().decode(body);
        } catch (IllegalArgumentException e) {
            throw new UnusableAnswerException("the body is not in base64");
        }
    }

    private static byte[] asItIs(byte[] payload) throws IOException {
        try (var json = JSON.createParser(payload)) {
            if (json.nextToken() == JsonToken.VALUE_STRING) {
                var text = json.getText();
                requireEnd(json);
                return text.getBytes(StandardCharsets.UTF_8);
            }
        }
        return JsonOutput.bytes(out -> {
            try (var json = JSON.createParser(payload)) {
                while (json.nextToken() != null) {
                    copy(json, out);
                }
            }
        });
    }

    /// Copies a token. Numbers stay as they were written.
    private static void copy(JsonParser json, JsonGenerator out) throws IOException {
        switch (json.currentToken()) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> out.writeNumber(json.getText());
            default -> out.copyCurrentEvent(json);
        }
    }

    private static void requireEnd(JsonParser json) throws IOException {
        if (json.nextToken() != null) {
            throw new IOException("More follows the value");
        }
    }
}
