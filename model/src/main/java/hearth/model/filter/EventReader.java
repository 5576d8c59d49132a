package hearth.model.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;

/// Reads of an event's JSON what patterns name.
final class EventReader {
    /// How long a record may be has been settled by its source. One that nests deeper than the parser's 1,000
    /// levels is no JSON to us. Names come from strangers: no table of them is kept, in which they might collide.
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final JsonParser json;

    private EventReader(JsonParser json) {
        this.json = json;
    }

    /// The object or the array that a text is; empty when it is none, or when anything follows it.
    static Optional<EventValue> read(String text, NamedMembers named) {
        try (var json = JSON.createParser(text)) {
            var start = json.nextToken();
            if (start == null || !start.isStructStart()) {
                return Optional.empty();
            }
            var value = new EventReader(json).value(named);
            return json.nextToken() == null ? Optional.of(value) : Optional.empty();
        } catch (IOException e) {
            // It is no JSON.
            return Optional.empty();
        }
    }

    private EventValue value(NamedMembers named) throws IOException {
        return switch (json.currentToken()) {
            case START_ARRAY -> array(named);
            case START_OBJECT -> EventValue.object(object(named));
            case VALUE_STRING -> EventValue.text(json.getText());
            default -> EventValue.literal(json.getText());
        };
    }

    /// Leaves arrays within the array where they are met, so that their depth costs nothing.
    private EventValue array(NamedMembers named) throws IOException {
        var texts = new HashSet<String>();
        var literals = new HashSet<String>();
        var objects = new ArrayList<Map<String, EventValue>>();
        int depth = 1;
        while (depth > 0) {
            switch (json.nextToken()) {
                case START_ARRAY -> depth++;
                case END_ARRAY -> depth--;
                case START_OBJECT -> objects.add(object(named));
                case VALUE_STRING -> texts.add(json.getText());
                default -> literals.add(json.getText());
            }
        }
        return new EventValue(texts, literals, objects);
    }

    /// Of members with the same name the last counts, as in most runtimes.
    private Map<String, EventValue> object(NamedMembers named) throws IOException {
        if (named.areNone()) {
            json.skipChildren();
            return Map.of();
        }
        var object = new HashMap<String, EventValue>();
        for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            var within = named.members().get(name);
            if (within == null) {
                json.skipChildren();
            } else {
                object.put(name, value(within));
            }
        }
        return object;
    }
}
