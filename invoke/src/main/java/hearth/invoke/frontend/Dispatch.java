package hearth.invoke.frontend;

import hearth.model.FunctionVersion;
import hearth.model.worker.Invocation;
import java.time.Duration;

/// The one way to run a function: it admits an invocation, gets it an environment, and tells how it ended.
///
/// Whoever has an invocation in hand calls it: the server for a request, a queue for an event, a poller for its batch.
/// They resolve the function and check the payload before, and put the outcome in the words of their protocol after.
public interface Dispatch {
    /// Longer than the WorkerManager lets anyone wait: with it, only one that says nothing is given up.
    Duration AMPLE_PATIENCE = Duration.ofMinutes(2);

    /// Runs one invocation. Does not block, and throws nothing: all that happens is an outcome.
    ///
    /// @param invocation whose request id no other has that runs now
    /// @param patience how long it may wait for an environment; once it has one, the version's time-out counts
    void run(FunctionVersion version, Invocation invocation, Duration patience, DispatchListener listener);
}
