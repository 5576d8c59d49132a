package hearth.model.worker;

/// Whoever waits for an invocation's outcome.
@FunctionalInterface
public interface InvocationListener {
    /// Called exactly once, on the environment's event loop: must not block.
    void ended(InvocationOutcome outcome);

    /// The function begins to answer piece by piece. Called at most once, before `ended`, on the environment's
    /// event loop, and only if the invocation `streams`: must not block.
    ///
    /// @param contentType as the runtime gave it
    default AnswerStream begins(String contentType) {
        throw new IllegalStateException("The invocation does not stream");
    }
}
