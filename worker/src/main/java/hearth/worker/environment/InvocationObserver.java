package hearth.worker.environment;

import hearth.model.worker.WorkerEvent;
import java.util.function.Consumer;

/// Hears how an invocation does, on the loop of its environment. Each that was `taken` has an end of which it
/// hears.
public interface InvocationObserver extends Consumer<WorkerEvent> {
    /// The environment has taken it. Not told of one that it refuses, or that has come twice.
    void taken();
}
