package hearth.server.logging;

import java.util.logging.Formatter;

/// The forms of log lines: for people, or for programs.
public enum LogForm {
    TEXT,
    JSON;

    Formatter formatter() {
        return switch (this) {
            case TEXT -> new LineFormatter();
            case JSON -> new JsonFormatter();
        };
    }
}
