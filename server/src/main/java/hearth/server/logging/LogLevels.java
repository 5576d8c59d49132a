package hearth.server.logging;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/// The levels from which on there are log lines: of everything, and of single packages or classes.
///
/// @param ofAll for whatever has no level of its own
/// @param ofSome by the name of a package, with all below it, or of a class
public record LogLevels(Level ofAll, Map<String, Level> ofSome) {
    public static final LogLevels DEFAULT = new LogLevels(Level.INFO, Map.of());

    private static final Map<String, Level> WORDS =
            Map.of("debug", Level.FINE, "info", Level.INFO, "warn", Level.WARNING, "error", Level.SEVERE);

    private static final String OURS = "hearth.";

    public LogLevels {
        ofSome = Map.copyOf(ofSome);
    }

    /// @param text such as `debug` or `warn,worker.pool=debug,io.netty=info`: names of ours need no `hearth.`
    /// @throws IllegalArgumentException for a level that is none, and for a package or class that there is not
    public static LogLevels parse(String text) {
        var ofAll = DEFAULT.ofAll();
        var ofSome = new LinkedHashMap<String, Level>();
        for (var part : List.of(text.split(",", -1))) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                ofAll = level(part.strip());
            } else {
                ofSome.put(
                        loggers(part.substring(0, equals).strip()),
                        level(part.substring(equals + 1).strip()));
            }
        }
        return new LogLevels(ofAll, ofSome);
    }

    private static Level level(String word) {
        var level = WORDS.get(word);
        if (level == null) {
            throw new IllegalArgumentException("a level is debug, info, warn or error, and not '" + word + "'");
        }
        return level;
    }

    private static String loggers(String name) {
        for (var full : List.of(OURS + name, name)) {
            if (!name.isEmpty() && exists(full)) {
                return full;
            }
        }
        throw new IllegalArgumentException("there is no package or class '" + name + "'");
    }

    /// Whether there is such a package, for which Maven's jars have an entry, or such a class.
    private static boolean exists(String name) {
        var loader = LogLevels.class.getClassLoader();
        var path = name.replace('.', '/');
        return loader.getResource(path) != null || loader.getResource(path + ".class") != null;
    }

    /// A level as log lines have it.
    static String word(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) {
            return "ERROR";
        }
        if (level.intValue() >= Level.WARNING.intValue()) {
            return "WARN";
        }
        return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
    }

    /// @return the loggers that were given a level, which forget it when nobody holds them
    List<Logger> apply() {
        Logger.getLogger("").setLevel(ofAll);
        return ofSome.entrySet().stream()
                .map(some -> {
                    var logger = Logger.getLogger(some.getKey());
                    logger.setLevel(some.getValue());
                    return logger;
                })
                .toList();
    }
}
