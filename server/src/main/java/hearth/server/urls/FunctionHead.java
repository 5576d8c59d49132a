package hearth.server.urls;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Status, headers and cookies of an answer as its function wants them, and as they may be sent.
///
/// @param headers whose names do not heed case; of two that differ in case alone the last one counts
final class FunctionHead {
    /// What a client would wait behind for the true answer is none.
    private static final int LEAST_STATUS = 200;

    private static final int GREATEST_STATUS = 599;

    /// What the server says itself, so that the function's word goes by another name.
    private static final Set<String> REMAPPED = Set.of(
            "authorization",
            "connection",
            "content-length",
            "date",
            "host",
            "server",
            "www-authenticate",
            "x-amzn-requestid");

    /// What would change how the answer is read.
    private static final Set<String> DROPPED =
            Set.of("keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade");

    private int status = LEAST_STATUS;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final List<String> cookies = new ArrayList<>();

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    List<String> cookies() {
        return cookies;
    }

    /// Whether answers of this status have no body.
    boolean isBodiless() {
        return status == 204 || status == 304;
    }

    /// Reads a member of the function's answer, if it is one of the head.
    ///
    /// @param json at the member's value; at its end afterwards
    /// @return whether it was
    boolean read(String member, JsonParser json) throws IOException, UnusableAnswerException {
        switch (member) {
            case "statusCode" -> status = readStatus(json);
            case "headers" -> readHeaders(json);
            case "cookies" -> readCookies(json);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static int readStatus(JsonParser json) throws IOException, UnusableAnswerException {
        var text = json.getText();
        boolean digits = text.length() == 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!json.currentToken().isScalarValue() || !digits) {
            throw new UnusableAnswerException("statusCode is no number of three digits");
        }
        int read = Integer.parseInt(text);
        if (read < LEAST_STATUS || read > GREATEST_STATUS) {
            throw new UnusableAnswerException("statusCode is not between 200 and 599");
        }
        return read;
    }

    private void readHeaders(JsonParser json) throws IOException, UnusableAnswerException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new UnusableAnswerException("headers is no object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            var name = json.currentName();
            var value = json.nextToken();
            if (value == JsonToken.VALUE_NULL) {
                continue;
            }
            if (!value.isScalarValue()) {
                throw new UnusableAnswerException("a header is neither a string nor a number nor a boolean");
            }
            add(name, json.getText());
        }
    }

    private void readCookies(JsonParser json) throws IOException, UnusableAnswerException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new UnusableAnswerException("cookies is no array");
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw new UnusableAnswerException("a cookie is no string");
            }
            cookies.add(Utf8.asBytes(json.getText()));
        }
    }

    private void add(String name, String value) throws UnusableAnswerException {
        if (name.isEmpty() || !name.chars().allMatch(FunctionHead::isOfToken)) {
            throw new UnusableAnswerException("a header has a name that no header may have");
        }
        var lower = name.toLowerCase(Locale.ROOT);
        if (!DROPPED.contains(lower)) {
            headers.put(REMAPPED.contains(lower) ? "x-amzn-Remapped-" + lower : name, Utf8.asBytes(value));
        }
    }

    private static boolean isOfToken(int c) {
        return (c >= '0' && c <= '9')
                || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
