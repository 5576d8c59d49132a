package hearth.pollers.streams;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What a function says of a tumbling window: `{"state":{…}}`.
final class WindowAnswer {
    /// What a function could answer, it may say.
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private WindowAnswer() {}

    /// The state, byte for byte; empty when the answer has none, which AWS takes for a failure.
    static Optional<String> state(byte[] answer) {
        var text = new String(answer, StandardCharsets.UTF_8);
        Optional<String> state = Optional.empty();
        try (var parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return state;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = parser.currentName().equals("state");
                var value = parser.nextToken();
                int begin = (int) parser.currentTokenLocation().getCharOffset();
                parser.skipChildren();
                if (wanted && value == JsonToken.VALUE_NULL) {
                    state = Optional.empty();
                } else if (wanted) {
                    // The end of a text or a number is known once it was looked at.
                    parser.finishToken();
                    int end = (int) parser.currentLocation().getCharOffset();
                    state = Optional.of(text.substring(begin, end).strip());
                }
            }
            return state;
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
