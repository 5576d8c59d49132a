package hearth.model.policy;

/// Whether a comparison holds.
enum Match {
    YES,
    NO,
    /// One side is no number, or no date, or whatever is compared.
    SENSELESS;

    static Match of(boolean holds) {
        return holds ? YES : NO;
    }
}
