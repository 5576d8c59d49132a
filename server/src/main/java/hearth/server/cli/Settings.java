package hearth.server.cli;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;

/// Settings in the environment. An unknown one stops the start: it may be a limit that someone relies on, misspelt.
final class Settings {
    private static final String PREFIX = "HEARTH_";
    private static final String LOG_LEVEL = "HEARTH_LOG_LEVEL";

    private Settings() {}

    static void refuseUnknown(Map<String, String> environment) {
        var known = known();
        var unknown = new TreeSet<String>();
        for (var name : environment.keySet()) {
            if (name.startsWith(PREFIX) && !known.contains(name)) {
                unknown.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            throw new UsageException(
                    "there is no setting " + String.join(", ", unknown) + ". Known are " + String.join(", ", known));
        }
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
