package hearth.model.api;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A pattern of the API's model, compiled when it is first needed: most never are.
final class WirePattern {
    /// Texts of types without a length are matched up to this length; longer ones do not match.
    private static final int UNBOUNDED = 16_384;

    /// A text that is too long for its type anyway is matched up to this length; of a longer one only the length is
    /// told, so that no one makes the server match a pattern for long.
    private static final int BOUNDED = 512;

    private final String source;
    private volatile @Nullable Pattern compiled;

    WirePattern(String source) {
        this.source = source;
    }

    boolean matches(String text, @Nullable Integer maxLength) {
        if (maxLength == null) {
            return text.length() <= UNBOUNDED && compiled().matcher(text).matches();
        }
        return text.length() > Math.max(maxLength, BOUNDED)
                || compiled().matcher(text).matches();
    }

    String words() {
        return "Member must satisfy regular expression pattern: " + source;
    }

    private Pattern compiled() {
        var pattern = compiled;
        if (pattern == null) {
            pattern = Pattern.compile(source);
            compiled = pattern;
        }
        return pattern;
    }

    @Override
    public String toString() {
        return source;
    }
}
