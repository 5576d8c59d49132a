package hearth.model.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import hearth.model.ApiError;
import hearth.model.ApiException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads JSON, and refuses what is none or has a wrong type with `SerializationException`. Nulls mean that
/// nothing is there; of members that come twice the last counts.
public final class JsonInput {
    /// Deeper than any request of the API; the parser's own memory stays small.
    private static final int DEPTH = 100;

    /// The largest text of the API is a durable execution's payload of 6 MiB. Blobs are not bound by it.
    private static final int TEXT_LENGTH = 8 << 20;

    /// Many times what the largest request of the API has: a short text can hold values that take much memory.
    private static final int VALUES = 500_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH)
                    .maxStringLength(TEXT_LENGTH)
                    .maxTokenCount(VALUES)
                    .maxNumberLength(100)
                    .maxNameLength(4096)
                    .build())
            .build();

    private JsonInput() {}

    /// Reads the value that a parser stands at.
    @FunctionalInterface
    public interface Content<T> {
        T read(JsonParser json) throws IOException;
    }

    /// One whole JSON document, such as a structure's: `JsonInput.document(bytes, FunctionConfiguration::read)`.
    public static <T> T document(byte[] bytes, Content<T> content) {
        var value = body(RequestBody.of(bytes), content);
        if (value == null) {
            throw unparsed("the document is empty");
        }
        return value;
    }

    /// A request's body; null when it is empty or the JSON null.
    static <T> @Nullable T body(RequestBody body, Content<T> content) {
        if (body.length() == 0) {
            return null;
        }
        try (var json = FACTORY.createParser(body.bytes(), 0, body.length())) {
            var first = json.nextToken();
            var value = first == null || first == JsonToken.VALUE_NULL ? null : content.read(json);
            if (json.nextToken() != null) {
                throw unparsed("more follows after the first value");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw unparsed(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("Nothing but memory is read, and yet it failed", e);
        }
    }

    /// Makes sure that a structure begins here.
    static void start(JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw json.currentToken() == JsonToken.START_ARRAY ? unexpectedList("Map") : unexpectedField();
        }
    }

    static <T> @Nullable T structure(JsonParser json, Content<T> content) throws IOException {
        return json.currentToken() == JsonToken.VALUE_NULL ? null : content.read(json);
    }

    /// Elements may be null until the constraints are checked: none of them lets a null through.
    static <T extends @Nullable Object> @Nullable List<T> list(JsonParser json, Content<T> element) throws IOException {
        switch (json.currentToken()) {
            case VALUE_NULL -> {
                return null;
            }
            case START_ARRAY -> {}
            case START_OBJECT -> throw unexpectedStructure();
            default -> throw unexpectedField();
        }
        var elements = new ArrayList<T>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            elements.add(element.read(json));
        }
        return Collections.unmodifiableList(elements);
    }

    /// The members in the order of the document. Values may be null until the constraints are checked.
    static <T extends @Nullable Object> @Nullable Map<String, T> map(JsonParser json, Content<T> value)
            throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        start(json);
        var entries = new LinkedHashMap<String, T>();
        for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            entries.put(name, value.read(json));
        }
        return Collections.unmodifiableMap(entries);
    }

    static @Nullable String string(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> json.getText();
            default -> throw notConvertible(json, "String");
        };
    }

    static @Nullable Integer integer(JsonParser json) throws IOException {
        var number = whole(json, "Integer", Integer.MIN_VALUE, Integer.MAX_VALUE);
        return number == null ? null : number.intValue();
    }

    static @Nullable Long longInteger(JsonParser json) throws IOException {
        return whole(json, "Long", Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /// Fractions are cut off.
    private static @Nullable Long whole(JsonParser json, String type, long min, long max) throws IOException {
        switch (json.currentToken()) {
            case VALUE_NULL -> {
                return null;
            }
            case VALUE_NUMBER_INT -> {
                if (json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                    long value = json.getLongValue();
                    if (value >= min && value <= max) {
                        return value;
                    }
                }
            }
            case VALUE_NUMBER_FLOAT -> {
                double value = json.getDoubleValue();
                if (value >= min && value <= max) {
                    return (long) value;
                }
            }
            default -> {}
        }
        throw notConvertible(json, type);
    }

    static @Nullable Double decimal(JsonParser json) throws IOException {
        switch (json.currentToken()) {
            case VALUE_NULL -> {
                return null;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                double value = json.getDoubleValue();
                if (Double.isFinite(value)) {
                    return value;
                }
            }
            default -> {}
        }
        throw notConvertible(json, "Double");
    }

    static @Nullable Boolean bool(JsonParser json) {
        return switch (json.currentToken()) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw notConvertible(json, "Boolean");
        };
    }

    /// Base64, decoded as it is parsed, into an array of its size: a package is not in memory twice.
    static byte @Nullable [] blob(JsonParser json) throws IOException {
        switch (json.currentToken()) {
            case VALUE_NULL -> {
                return null;
            }
            case VALUE_STRING -> {
                try {
                    return base64(json);
                } catch (JsonParseException e) {
                    throw new ApiException(ApiError.SERIALIZATION, "STRING_VALUE can not be converted to a Blob");
                }
            }
            default -> throw notConvertible(json, "Blob");
        }
    }

    private static byte[] base64(JsonParser json) throws IOException {
        var location = json.currentTokenLocation();
        if (!(location.contentReference().getRawContent() instanceof byte[] source)) {
            return json.getBinaryValue();
        }
        var decoded = new Blob(source, (int) location.getByteOffset());
        json.readBinaryValue(decoded);
        return decoded.toByteArray();
    }

    /// The bytes of a blob, in an array that is as long as its text says.
    private static final class Blob extends OutputStream {
        private byte[] bytes;
        private int count;

        /// @param at where the text's quotation mark is, or not far behind it
        Blob(byte[] json, int at) {
            int start = at;
            while (start < json.length && json[start] != '"') {
                start++;
            }
            int end = start + 1;
            while (end < json.length && json[end] != '"') {
                end++;
            }
            int digits = end - start - 1;
            while (digits > 0 && json[start + digits] == '=') {
                digits--;
            }
            bytes = new byte[(int) (3L * Math.max(0, digits) / 4)];
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] more, int from, int length) {
            if (length > bytes.length - count) {
                bytes = Arrays.copyOf(bytes, Math.max(count + length, 2 * bytes.length));
            }
            System.arraycopy(more, from, bytes, count, length);
            count += length;
        }

        /// White space and escapes in the text leave room.
        byte[] toByteArray() {
            return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
        }
    }

    /// Seconds since the epoch, kept to the millisecond.
    static @Nullable Instant timestamp(JsonParser json) throws IOException {
        switch (json.currentToken()) {
            case VALUE_NULL -> {
                return null;
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                var instant = TextInput.epochSeconds(json.getDoubleValue());
                if (instant != null) {
                    return instant;
                }
            }
            default -> {}
        }
        throw notConvertible(json, "Timestamp");
    }

    private static ApiException notConvertible(JsonParser json, String type) {
        return switch (json.currentToken()) {
            case START_ARRAY -> unexpectedList(type);
            case START_OBJECT -> unexpectedStructure();
            case VALUE_STRING -> conversion("STRING_VALUE", type);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> conversion("NUMBER_VALUE", type);
            case VALUE_TRUE -> conversion("TRUE_VALUE", type);
            case VALUE_FALSE -> conversion("FALSE_VALUE", type);
            default -> unexpectedField();
        };
    }

    static ApiException conversion(String from, String type) {
        var article = type.equals("Integer") ? "an " : "a ";
        return new ApiException(ApiError.SERIALIZATION, from + " can not be converted to " + article + type);
    }

    private static ApiException unexpectedStructure() {
        return new ApiException(ApiError.SERIALIZATION, "Start of structure or map found where not expected.");
    }

    private static ApiException unexpectedList(String type) {
        return new ApiException(ApiError.SERIALIZATION, "Start of list found where not expected: a " + type + " is.");
    }

    private static ApiException unexpectedField() {
        return new ApiException(ApiError.SERIALIZATION, "Unexpected field type");
    }

    private static ApiException unparsed(String why) {
        return new ApiException(ApiError.SERIALIZATION, "Could not parse request body into json: " + why);
    }
}
