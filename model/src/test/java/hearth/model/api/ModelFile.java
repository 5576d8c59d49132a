package hearth.model.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The API's model, read apart from the generator, so that a mistake of its own does not hide itself.
public final class ModelFile {
    private final Map<String, Object> document;

    private ModelFile(Map<String, Object> document) {
        this.document = document;
    }

    public static ModelFile load() {
        try (var file = Objects.requireNonNull(
                        ModelFile.class.getResourceAsStream("/hearth/model/lambda-2015-03-31.json"));
                var json = new JsonFactory().createParser(file)) {
            json.nextToken();
            return new ModelFile(object(value(json)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param uri with labels and query
    record Operation(String name, String method, String uri, int status, String input) {
        ApiOperation api() {
            return Arrays.stream(ApiOperation.values())
                    .filter(o -> o.wireName().equals(name))
                    .findFirst()
                    .orElseThrow();
        }
    }

    List<Operation> operations() {
        return object(get(document, "operations")).values().stream()
                .map(ModelFile::object)
                .map(o -> {
                    var http = object(get(o, "http"));
                    int status = ((Number) http.getOrDefault("responseCode", 200)).intValue();
                    return new Operation(
                            get(o, "name").toString(),
                            get(http, "method").toString(),
                            get(http, "requestUri").toString(),
                            status,
                            get(object(get(o, "input")), "shape").toString());
                })
                .toList();
    }

    /// The names of a structure's members, as on the wire.
    List<String> members(String structure) {
        return List.copyOf(object(get(object(get(object(get(document, "shapes")), structure)), "members"))
                .keySet());
    }

    /// The names of the members that must be there, in the order of all members.
    List<String> required(String structure) {
        var required = (List<?>)
                object(get(object(get(document, "shapes")), structure)).getOrDefault("required", List.of());
        return members(structure).stream().filter(required::contains).toList();
    }

    /// The values of an enumeration.
    public List<String> values(String shape) {
        return ((List<?>) get(object(get(object(get(document, "shapes")), shape)), "enum"))
                .stream().map(Object::toString).toList();
    }

    private static Object get(Map<String, Object> object, String name) {
        return Objects.requireNonNull(object.get(name), name);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    private static Object value(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.START_OBJECT) {
            var members = new LinkedHashMap<String, Object>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                var name = json.currentName();
                json.nextToken();
                members.put(name, value(json));
            }
            return members;
        }
        if (json.currentToken() == JsonToken.START_ARRAY) {
            var elements = new ArrayList<Object>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value(json));
            }
            return elements;
        }
        return json.currentToken().isNumeric() ? json.getNumberValue() : json.getText();
    }
}
