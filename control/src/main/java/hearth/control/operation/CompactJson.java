package hearth.control.operation;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/// A map of texts as JSON without blanks, in the map's order: how AWS measures environment variables.
public final class CompactJson {
    private static final JsonFactory JSON = new JsonFactory();

    private CompactJson() {}

    public static String of(Map<String, String> map) {
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (var entry : map.entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
