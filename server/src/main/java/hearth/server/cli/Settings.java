package hearth.server.cli;

import hearth.server.logging.LogForm;
import hearth.server.logging.LogLevels;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Settings in the environment. An unknown one is warned of: it may be a limit that someone relies on, misspelt, or
/// that of a newer Hearth.
final class Settings {
    private static final String PREFIX = "HEARTH_";
    private static final String LOG_LEVEL = "HEARTH_LOG_LEVEL";
    private static final String LOG_FORM = "HEARTH_LOG_FORMAT";

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
        known.add(LOG_FORM);
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

    static LogLevels logLevels(Map<String, String> environment) {
        var text = environment.get(LOG_LEVEL);
        try {
            return text == null ? LogLevels.DEFAULT : LogLevels.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(LOG_LEVEL + "=" + text + ": " + e.getMessage()
                    + ". It is a level, and levels of packages or classes, such as info,worker.pool=debug.");
        }
    }

    static LogForm logForm(Map<String, String> environment) {
        var text = environment.getOrDefault(LOG_FORM, "text");
        return switch (text) {
            case "text" -> LogForm.TEXT;
            case "json" -> LogForm.JSON;
            default -> throw new UsageException(LOG_FORM + " is text or json, and not " + text);
        };
    }
}
