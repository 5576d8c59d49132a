package hearth.model.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;

/// Writes JSON.
public final class JsonOutput {
    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonOutput() {}

    /// A writer of one JSON value.
    @FunctionalInterface
    public interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    /// One JSON document, such as a structure's: `JsonOutput.bytes(configuration::write)`.
    public static byte[] bytes(Content content) {
        try (var bytes = new ByteArrayBuilder(FACTORY._getBufferRecycler())) {
            try (var json = FACTORY.createGenerator(bytes)) {
                content.write(json);
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("Nothing but memory is written to, and yet it failed", e);
        }
    }

    /// Seconds since the epoch, with milliseconds, as REST-JSON has them.
    static void timestamp(JsonGenerator json, Instant value) throws IOException {
        json.writeNumber(BigDecimal.valueOf(value.toEpochMilli(), 3).toPlainString());
    }
}
