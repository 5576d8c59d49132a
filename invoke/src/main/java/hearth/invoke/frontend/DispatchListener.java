package hearth.invoke.frontend;

/// Whoever waits for the outcome of a dispatched invocation.
@FunctionalInterface
public interface DispatchListener {
    /// The invocation has ended, and counts no more. Called exactly once, on any thread, perhaps before `run` returns;
    /// must not block.
    void ended(DispatchOutcome outcome);

    /// The function begins to answer piece by piece. Called at most once, before `ended`, and only for an invocation
    /// that `streams`; must not block.
    ///
    /// @param contentType as the runtime gave it
    default AnswerStream begins(String contentType) {
        throw new IllegalStateException("The invocation does not stream");
    }
}
