package hearth.server.cli;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.regex.Pattern;

/// Settings in the environment, and how values are written. An unknown name stops the start: it may be a limit that
/// someone relies on, misspelt.
final class Settings {
    private static final String PREFIX = "HEARTH_";
    private static final Set<String> KNOWN = Set.of(
            "HEARTH_HOST",
            "HEARTH_PORT",
            "HEARTH_DATA",
            "HEARTH_AUTH",
            "HEARTH_ACCOUNT_ID",
            "HEARTH_SANDBOX",
            "HEARTH_INTERNET",
            "HEARTH_IDLE_TIMEOUT",
            "HEARTH_CONCURRENCY",
            "HEARTH_ROLES",
            "HEARTH_LOOPS",
            "HEARTH_LOG_LEVEL",
            // Of the script that starts us.
            "HEARTH_JAVA_OPTIONS",
            "HEARTH_INSTALL");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private Settings() {}

    static void refuseUnknown(Map<String, String> environment) {
        var unknown = new TreeSet<String>();
        for (var name : environment.keySet()) {
            if (name.startsWith(PREFIX) && !KNOWN.contains(name)) {
                unknown.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("There is no setting " + String.join(", ", unknown)
                    + ". Those in the environment are " + String.join(", ", new TreeSet<>(KNOWN)) + ".");
        }
    }

    static Level logLevel(Map<String, String> environment) {
        var level = environment.getOrDefault("HEARTH_LOG_LEVEL", "info");
        return switch (level) {
            case "debug" -> Level.FINE;
            case "info" -> Level.INFO;
            case "warn" -> Level.WARNING;
            case "error" -> Level.SEVERE;
            default ->
                throw new IllegalArgumentException("HEARTH_LOG_LEVEL is debug, info, warn or error, and not " + level);
        };
    }

    /// `500ms`, `30s`, `10m`, `2h`, `7d`.
    static Duration duration(String text) {
        var matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a duration is a number with ms, s, m, h or d behind it, such as 10m");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
