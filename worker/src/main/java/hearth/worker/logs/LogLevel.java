package hearth.worker.logs;

import java.util.Locale;

/// The levels of the JSON log format, least severe first. The platform's own records use DEBUG, INFO and WARN
/// only.
enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR,
    FATAL;

    private static final LogLevel[] BY_MASK = {INFO, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, INFO};

    /// As people write it; anything unknown is INFO.
    static LogLevel of(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "TRACE" -> TRACE;
            case "DEBUG" -> DEBUG;
            case "WARN", "WARNING" -> WARN;
            case "ERROR" -> ERROR;
            case "FATAL", "CRITICAL" -> FATAL;
            default -> INFO;
        };
    }

    /// @param mask bits 2 to 4 of a frame's type; 0 where the runtime gave no level
    static LogLevel ofMask(int mask) {
        return BY_MASK[mask];
    }
}
