package hearth.model.filter;

/// What a pattern comes to for a value, from worst to best.
enum Outcome {
    FAILS,

    /// It asks only for what is not there (`"exists": false`), so that it points to no element of an array.
    HOLDS_BY_ABSENCE,

    HOLDS;

    Outcome and(Outcome other) {
        return this == FAILS || other == FAILS ? FAILS : or(other);
    }

    Outcome or(Outcome other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
