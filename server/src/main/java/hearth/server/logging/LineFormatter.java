package hearth.server.logging;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/// A log record as a line for people: `2026-01-02T03:04:05.678Z WARN  Connection: …`. A stack trace follows it.
final class LineFormatter extends Formatter {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z '").withZone(ZoneOffset.UTC);

    @Override
    public String format(LogRecord logged) {
        var line = new StringBuilder(128)
                .append(TIME.format(logged.getInstant()))
                .append("%-6s".formatted(LogLevels.word(logged.getLevel())))
                .append(shortName(logged.getLoggerName()))
                .append(": ")
                // Text of strangers must not begin a line of its own.
                .append(formatMessage(logged).replace("\r", "\\r").replace("\n", "\\n"))
                .append(System.lineSeparator());
        if (logged.getThrown() != null) {
            line.append(StackTraces.text(logged.getThrown()));
        }
        return line.toString();
    }

    private static String shortName(String logger) {
        return logger == null ? "root" : logger.substring(logger.lastIndexOf('.') + 1);
    }
}
