package hearth.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import hearth.model.api.ApiShape;
import hearth.model.api.FunctionConfiguration;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/// The JSON documents in the tables' columns.
final class Documents {
    /// With nothing but ASCII in what it writes, which every engine keeps as it is: half a surrogate pair too.
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Documents() {}

    static String of(ApiShape structure) {
        var text = new StringWriter(1024);
        try (var json = JSON.createGenerator(text)) {
            structure.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    static FunctionConfiguration configuration(String document) {
        return read(document, FunctionConfiguration::read);
    }

    static <T> T read(String document, Setting.Reader<T> reader) {
        try (var json = JSON.createParser(document)) {
            json.nextToken();
            return reader.read(json);
        } catch (IOException e) {
            throw new StoreException("A document in the store is damaged", e);
        }
    }

    static String of(Map<String, String> tags) {
        var text = new StringWriter();
        try (var json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (var tag : tags.entrySet()) {
                json.writeStringField(tag.getKey(), tag.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    static Map<String, String> tags(String document) {
        var tags = new LinkedHashMap<String, String>();
        try (var json = JSON.createParser(document)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var key = json.currentName();
                tags.put(key, json.nextTextValue());
            }
        } catch (IOException e) {
            throw new StoreException("A function's tags in the store are damaged", e);
        }
        return tags;
    }
}
