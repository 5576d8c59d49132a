package hearth.worker.logs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;

/// Finds the level that a function gave to a line of its own in the JSON format.
final class JsonLine {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonLine() {}

    /// INFO unless the line is a JSON object with a `level` and a `timestamp` as in RFC 3339.
    static LogLevel level(byte[] line) {
        if (line.length == 0 || line[0] != '{') {
            return LogLevel.INFO;
        }
        var level = "";
        boolean timed = false;
        try (var parser = JSON.createParser(line)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                var name = parser.currentName();
                if (parser.nextToken() == JsonToken.VALUE_STRING) {
                    switch (name) {
                        case "level" -> level = parser.getText();
                        case "timestamp" -> timed = isTimestamp(parser.getText());
                        default -> {}
                    }
                } else {
                    parser.skipChildren();
                }
            }
        } catch (IOException e) {
            return LogLevel.INFO;
        }
        return timed ? LogLevel.of(level) : LogLevel.INFO;
    }

    private static boolean isTimestamp(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
