package hearth.model.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import hearth.model.filter.FilterPattern.Fields;
import hearth.model.filter.FilterPattern.Values;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads a pattern's objects and arrays. A pattern is short, so that it nests only so deep.
final class FilterPatternParser {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String OR = "$or";

    private final JsonParser json;
    private final ConditionParser conditions;

    private FilterPatternParser(JsonParser json) {
        this.json = json;
        this.conditions = new ConditionParser(json);
    }

    static Optional<Fields> parse(String text) {
        try (var json = JSON.createParser(text)) {
            require(json, json.nextToken() == JsonToken.START_OBJECT);
            var pattern = new FilterPatternParser(json).fields();
            require(json, json.nextToken() == null);
            return Optional.of(pattern);
        } catch (IOException e) {
            // It is no JSON, or no pattern; callers are told no more than AWS tells them.
            return Optional.empty();
        }
    }

    private Fields fields() throws IOException {
        var fields = new LinkedHashMap<String, FilterPattern>();
        List<Fields> alternatives = List.of();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            var name = json.currentName();
            var start = json.nextToken();
            if (name.equals(OR)) {
                alternatives = alternatives(start);
            } else if (start == JsonToken.START_OBJECT) {
                fields.put(name, fields());
            } else {
                fields.put(name, values(start));
            }
        }
        require(json, !fields.isEmpty() || !alternatives.isEmpty());
        return new Fields(fields, alternatives);
    }

    private List<Fields> alternatives(@Nullable JsonToken start) throws IOException {
        require(json, start == JsonToken.START_ARRAY);
        var alternatives = new ArrayList<Fields>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            alternatives.add(fields());
        }
        require(json, json.currentToken() == JsonToken.END_ARRAY && alternatives.size() > 1);
        return alternatives;
    }

    private Values values(@Nullable JsonToken start) throws IOException {
        require(json, start == JsonToken.START_ARRAY);
        var values = new ArrayList<FilterCondition>();
        for (var token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            values.add(conditions.read(token));
        }
        require(json, !values.isEmpty());
        return new Values(values);
    }

    static void require(JsonParser json, boolean fits) throws JsonParseException {
        if (!fits) {
            throw noPattern(json);
        }
    }

    static JsonParseException noPattern(JsonParser json) {
        return new JsonParseException(json, "This is no pattern");
    }
}
