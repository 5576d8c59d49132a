package hearth.model.policy;

/// What policies say to a request.
public enum Decision {
    ALLOWED,
    /// By a statement that denies it: others that allow it do not help.
    DENIED,
    /// No statement speaks of it, so it is not allowed.
    UNDECIDED;

    public boolean isAllowed() {
        return this == ALLOWED;
    }

    /// What both say together.
    public Decision and(Decision other) {
        if (this == DENIED || other == DENIED) {
            return DENIED;
        }
        return this == ALLOWED ? this : other;
    }
}
