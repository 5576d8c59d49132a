package hearth.model.policy;

import java.util.List;
import java.util.function.Predicate;

/// The actions or the resources that a statement is about, as patterns.
///
/// @param negated whether it is about all but these
public record Patterns(boolean negated, List<String> named) {
    /// Whether a pattern, in which `*` stands for any characters and `?` for one, covers a text.
    public static boolean cover(String pattern, String text) {
        return Glob.matches(pattern, text);
    }

    boolean include(Predicate<String> matching) {
        return named.stream().anyMatch(matching) != negated;
    }
}
