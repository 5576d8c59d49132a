package hearth.server.cli;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;

/// Settings in the environment. An unknown one is warned of: it may be a limit that someone relies on, misspelt, or
/// that of a newer Hearth.
final class Settings {
    private static final String PREFIX = "HEARTH_";
    private static final String LOG_LEVEL = "HEARTH_LOG_LEVEL";

    private Settings() {}

    /// A sentence about each variable that looks like a setting and is none.
    static List<String> unknown(Map<String, String> environment) {
        var known = known();
        return environment.keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && !known.contains(name))
                .sorted()
                .map(name -> "there is no setting " + name + ", and it changes nothing." + Suggestion.of(name, known))
                .toList();
    }

    private static Set<String> known() {
        var known = new TreeSet<String>();
        known.add(LOG_LEVEL);
        // Of the script that starts us.
        known.add("HEARTH_JAVA_OPTIONS");
        known.add("HEARTH_INSTALL");
        for (var command : Main.COMMANDS) {
            for (var option : command.options()) {
                if (!option.environment().isEmpty()) {
                    known.add(option.environment());
                }
            }
        }
        return known;
    }

    static Level logLevel(Map<String, String> environment) {
        var level = environment.getOrDefault(LOG_LEVEL, "info");
        return switch (level) {
            case "debug" -> Level.FINE;
            case "info" -> Level.INFO;
            case "warn" -> Level.WARNING;
            case "error" -> Level.SEVERE;
            default -> throw new UsageException(LOG_LEVEL + " is debug, info, warn or error, and not " + level);
        };
    }
}
