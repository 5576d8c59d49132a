package hearth.server.records;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import hearth.server.http.AnsweredRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// JSON objects, each on a line of its own, gathered to be written at once.
///
/// Used by one thread at a time.
final class Lines {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int NANOS_IN_MICRO = 1_000;

    private final Buffer bytes = new Buffer();
    private final JsonGenerator json;
    private int count;

    /// The text of the second that the last line was of.
    private String second = "";

    private long secondOf = Long.MIN_VALUE;

    Lines() {
        try {
            json = JSON.createGenerator(bytes);
            json.setRootValueSeparator(new SerializedString("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The content of a line.
    interface Content {
        void write(Lines line) throws IOException;
    }

    /// @param millis when it was, since the epoch
    void add(long millis, Content content) {
        try {
            json.writeStartObject();
            field("time", time(millis));
            content.write(this);
            json.writeEndObject();
            count++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A member, if it has a value.
    void field(String name, @Nullable String value) throws IOException {
        if (value != null && !value.isEmpty()) {
            json.writeStringField(name, AnsweredRequest.clipped(value));
        }
    }

    void field(String name, long value) throws IOException {
        json.writeNumberField(name, value);
    }

    void field(String name, boolean value) throws IOException {
        json.writeBooleanField(name, value);
    }

    /// Milliseconds with three decimals.
    void millis(String name, long nanos) throws IOException {
        long micros = nanos / NANOS_IN_MICRO;
        json.writeFieldName(name);
        json.writeNumber(micros / 1000 + "." + thousandths(micros % 1000));
    }

    int count() {
        return count;
    }

    /// Takes all lines out, to be written before another is added.
    ByteBuffer take() {
        try {
            if (count > 0) {
                json.flush();
                // The separator of the next line ends the last one, which there may not be.
                bytes.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        count = 0;
        return bytes.take();
    }

    private String time(long millis) {
        long whole = Math.floorDiv(millis, 1000L);
        if (whole != secondOf) {
            secondOf = whole;
            var text =
                    Instant.ofEpochSecond(whole).truncatedTo(ChronoUnit.SECONDS).toString();
            second = text.substring(0, text.length() - 1);
        }
        return second + "." + thousandths(Math.floorMod(millis, 1000L)) + "Z";
    }

    private static String thousandths(long number) {
        return (number < 10 ? "00" : number < 100 ? "0" : "") + number;
    }

    /// Gives its bytes away without a copy.
    private static final class Buffer extends ByteArrayOutputStream {
        ByteBuffer take() {
            // After the separator that the generator puts before every line but its first.
            int from = count > 0 && buf[0] == '\n' ? 1 : 0;
            var taken = ByteBuffer.wrap(buf, from, count - from);
            count = 0;
            return taken;
        }
    }
}
