package hearth.model.policy;

import java.util.List;

/// The principals that a statement is about.
///
/// @param negated whether it is about all but these
public record Principals(boolean negated, List<Principal> named) {
    /// Whether a statement is about the requester.
    ///
    /// All but some are, where it allows something, those of whom no name is among them, and where it denies
    /// something, those of whom not every name is: account, role and session.
    boolean include(Requester requester, Effect effect) {
        if (!negated) {
            return named.stream().anyMatch(principal -> principal.means(requester));
        }
        var arns = requester.arns();
        if (arns.isEmpty() || effect == Effect.ALLOW) {
            return named.stream().noneMatch(principal -> principal.means(requester));
        }
        return !arns.stream().allMatch(arn -> named.stream().anyMatch(principal -> principal.isNamed(arn)));
    }

    /// Whether strangers are among them.
    public boolean areAnybody() {
        return negated || named.contains(new Principal.Everyone());
    }
}
