package hearth.events;

import hearth.model.FunctionId;
import hearth.model.worker.Invocation;

/// Takes invocations whose callers do not wait for the function.
@FunctionalInterface
public interface AsyncInvocations {
    /// Keeps an event until the function has run on it. Does not block.
    ///
    /// @param qualifier `$LATEST` when the caller gave none
    /// @param invocation whose payload has been checked
    /// @param listener told exactly once, on any thread; must not block
    void accept(FunctionId function, String qualifier, Invocation invocation, Listener listener);

    /// Whoever is to answer the caller.
    interface Listener {
        /// The event is on the disk.
        void accepted();

        /// The event could not be written, and will not run.
        void refused(Throwable cause);
    }
}
