package hearth.server.logging;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/// A log record as a line for programs: a JSON object of `time`, `level`, `logger`, `message`, and `stackTrace` if
/// something was thrown.
final class JsonFormatter extends Formatter {
    private static final JsonFactory JSON = new JsonFactory();

    @Override
    public String format(LogRecord logged) {
        var line = new StringWriter(256);
        try (var json = JSON.createGenerator(line)) {
            json.writeStartObject();
            json.writeStringField("time", logged.getInstant().toString());
            json.writeStringField("level", LogLevels.word(logged.getLevel()));
            json.writeStringField("logger", String.valueOf(logged.getLoggerName()));
            json.writeStringField("message", formatMessage(logged));
            if (logged.getThrown() != null) {
                json.writeStringField("stackTrace", StackTraces.text(logged.getThrown()));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line.append(System.lineSeparator()).toString();
    }
}
