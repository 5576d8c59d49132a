package hearth.server.logging;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Writes log records to a stream, one line each: `2026-01-02T03:04:05.678Z WARN  Connection: …`. A stack trace
/// follows its record.
public final class ConsoleLog extends Handler {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z '").withZone(ZoneOffset.UTC);

    private final PrintStream out;

    ConsoleLog(PrintStream out) {
        this.out = out;
        setFormatter(new LineFormatter());
    }

    /// Has every logger of this process write to standard error, from this level on. To be called before any logger is
    /// made.
    public static void install(Level level) {
        System.setProperty("java.util.logging.manager", SteadyLogManager.class.getName());
        var root = Logger.getLogger("");
        for (var handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new ConsoleLog(System.err));
        root.setLevel(level);
    }

    @Override
    public void publish(LogRecord logged) {
        if (isLoggable(logged)) {
            out.print(getFormatter().format(logged));
        }
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public void close() {
        flush();
    }

    private static final class LineFormatter extends Formatter {
        @Override
        public String format(LogRecord logged) {
            var line = new StringBuilder(128)
                    .append(TIME.format(logged.getInstant()))
                    .append(word(logged.getLevel()));
            line.append(shortName(logged.getLoggerName()))
                    .append(": ")
                    // Text of strangers must not begin a line of its own.
                    .append(formatMessage(logged).replace("\r", "\\r").replace("\n", "\\n"))
                    .append(System.lineSeparator());
            if (logged.getThrown() != null) {
                var trace = new StringWriter();
                logged.getThrown().printStackTrace(new PrintWriter(trace, true));
                line.append(trace);
            }
            return line.toString();
        }

        private static String word(Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) {
                return "ERROR ";
            }
            if (level.intValue() >= Level.WARNING.intValue()) {
                return "WARN  ";
            }
            return level.intValue() >= Level.INFO.intValue() ? "INFO  " : "DEBUG ";
        }

        private static String shortName(String logger) {
            return logger == null ? "root" : logger.substring(logger.lastIndexOf('.') + 1);
        }
    }
}
