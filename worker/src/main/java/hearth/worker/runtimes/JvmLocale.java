package hearth.worker.runtimes;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The locale of a JVM. AWS's Java images bring the locale that `LANG` names; hosts seldom have it, and a JVM that does
/// not find it takes ASCII for names of files, for variables and, before Java 18, for texts. So it starts in a locale
/// that every host has, and is told the language and country that `LANG` names.
final class JvmLocale {
    /// For the JVM's process. No option of Java's says the same.
    static final Map<String, String> ENVIRONMENT = Map.of("LC_ALL", "C.UTF-8");

    private static final String USUAL = "en_US.UTF-8";
    private static final Pattern NAME = Pattern.compile("([a-z]{2,3})_([A-Z]{2})\\..+");

    private JvmLocale() {}

    /// None for a function that says it itself.
    ///
    /// @param environment of the process
    static List<String> options(Map<String, String> environment) {
        var name = NAME.matcher(environment.getOrDefault("LANG", USUAL));
        boolean ownWords = Stream.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
                .anyMatch(variable -> environment.getOrDefault(variable, "").contains("-Duser."));
        return ownWords || !name.matches()
                ? List.of()
                : List.of("-Duser.language=" + name.group(1), "-Duser.country=" + name.group(2));
    }
}
