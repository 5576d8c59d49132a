package hearth.model.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// JSON as policies have it: maps and lists in the order of the document, and each number with the digits that it was
/// given with.
final class PolicyJson {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private PolicyJson() {}

    /// A number or `true`, `false` or `null`.
    record Literal(String text) {}

    /// The one object that a document holds.
    static Map<?, ?> read(String document) {
        try (var json = JSON.createParser(document)) {
            if (json.nextToken() == JsonToken.START_OBJECT
                    && value(json) instanceof Map<?, ?> read
                    && json.nextToken() == null) {
                return read;
            }
        } catch (IOException e) {
            throw PolicyReader.invalid("The policy is not valid JSON.");
        }
        throw PolicyReader.invalid("The policy is not a JSON object.");
    }

    private static Object value(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> {
                var members = new LinkedHashMap<String, Object>();
                for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                    json.nextToken();
                    members.put(name, value(json));
                }
                yield members;
            }
            case START_ARRAY -> {
                var elements = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(json));
                }
                yield elements;
            }
            case VALUE_STRING -> json.getText();
            default -> new Literal(json.getText());
        };
    }

    /// The document without blanks.
    static String text(Object value) {
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            write(value, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(Object value, JsonGenerator json) throws IOException {
        switch (value) {
            case Map<?, ?> members -> {
                json.writeStartObject();
                for (var member : members.entrySet()) {
                    json.writeFieldName(String.valueOf(member.getKey()));
                    write(member.getValue(), json);
                }
                json.writeEndObject();
            }
            case List<?> elements -> {
                json.writeStartArray();
                for (var element : elements) {
                    write(element, json);
                }
                json.writeEndArray();
            }
            case Literal(var literal) -> json.writeRawValue(literal);
            default -> json.writeString(value.toString());
        }
    }
}
