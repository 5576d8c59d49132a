package hearth.worker.sandbox;

/// What somebody wants who finds that no program waits for a function.
public sealed interface WhenNoneWaits {
    /// A copy of one that is up.
    ///
    /// @param account for whose functions alone copies of one are: they have in common what it drew at its start
    record Copied(String account) implements WhenNoneWaits {}

    /// One that is started now.
    record Started() implements WhenNoneWaits {}

    /// Nothing: starting one takes longer than starting the function's own.
    record Nothing() implements WhenNoneWaits {}
}
