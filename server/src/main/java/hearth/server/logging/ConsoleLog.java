package hearth.server.logging;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.PrintStream;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// The handler of all loggers of this process: it writes each record to a stream, as one line.
public final class ConsoleLog extends Handler {
    /// The loggers that have levels of their own, held because the JDK holds them weakly.
    @SuppressWarnings("unused")
    private static volatile List<Logger> levelled = List.of();

    private final PrintStream out;

    ConsoleLog(PrintStream out, LogForm form) {
        this.out = out;
        setFormatter(form.formatter());
    }

    /// Has every logger of this process write to standard error. To be called before any logger is made.
    public static void install(LogLevels levels, LogForm form) {
        System.setProperty("java.util.logging.manager", SteadyLogManager.class.getName());
        var root = Logger.getLogger("");
        for (var handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new ConsoleLog(System.err, form));
        levelled = levels.apply();
        // Else Netty first looks for three other kinds of logger, and for each class that it does not find Java throws
        // and writes down where.
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
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
}
