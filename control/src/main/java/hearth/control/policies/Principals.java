package hearth.control.policies;

import java.util.List;

/// The principals that a statement is about.
///
/// @param negated whether it is about all but these
public record Principals(boolean negated, List<Principal> named) {
    /// Whether strangers are among them.
    boolean areAnybody() {
        return negated || named.contains(new Principal.Everyone());
    }
}
