package hearth.model.worker;

/// Whoever waits for an invocation's outcome.
@FunctionalInterface
public interface InvocationListener {
    /// Called exactly once, on the environment's event loop: must not block.
    void ended(InvocationOutcome outcome);
}
