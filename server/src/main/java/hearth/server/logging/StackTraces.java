package hearth.server.logging;

import java.io.PrintWriter;
import java.io.StringWriter;

/// Stack traces as text.
final class StackTraces {
    private StackTraces() {}

    static String text(Throwable thrown) {
        var trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        return trace.toString();
    }
}
