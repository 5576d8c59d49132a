package hearth.server.logging;

import java.util.logging.Formatter;

/// How log records are written: for people, or for programs.
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
