package hearth.worker.runtimes;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/// An interpreter's version, such as `3.12.1`.
record Version(int major, int minor, int patch, String text) implements Comparable<Version> {
    static final Version NONE = new Version(0, 0, 0, "");

    private static final Pattern THREE_NUMBERS =
            Pattern.compile("(?<![0-9.])([0-9]{1,5})\\.([0-9]{1,5})\\.([0-9]{1,5})");
    private static final Pattern ONE_NUMBER = Pattern.compile("(?<![0-9.])([0-9]{1,5})(?![0-9])");
    private static final Comparator<Version> ORDER = Comparator.comparingInt(Version::major)
            .thenComparingInt(Version::minor)
            .thenComparingInt(Version::patch);

    /// The first one that a text holds, such as the name of a folder or what `--version` prints.
    static Optional<Version> in(String text) {
        var match = THREE_NUMBERS.matcher(text);
        return match.find()
                ? Optional.of(new Version(
                        number(match.group(1)), number(match.group(2)), number(match.group(3)), match.group()))
                : Optional.empty();
    }

    /// `JAVA_VERSION` of a JDK's `release` file: `1.8.0_402`, `21`, `17.0.15` or `25.0.3.1`.
    static Optional<Version> ofJava(String text) {
        var match = ONE_NUMBER.matcher(text.startsWith("1.") ? text.substring(2) : text);
        return match.find() ? Optional.of(new Version(number(match.group(1)), 0, 0, text)) : Optional.empty();
    }

    private static int number(String digits) {
        return Integer.parseInt(digits);
    }

    @Override
    public int compareTo(Version other) {
        return ORDER.compare(this, other);
    }
}
