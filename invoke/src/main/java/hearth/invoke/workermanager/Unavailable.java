package hearth.invoke.workermanager;

import hearth.model.worker.InvocationOutcome;

/// Why an invocation gets no environment.
public sealed interface Unavailable {
    /// No environment of this function version can be made.
    record NotRunnable(InvocationOutcome.NotRunnable why) implements Unavailable {}

    /// Every worker was full, and nothing came free in time.
    record NoCapacity() implements Unavailable {}

    /// No worker is large enough for this function, even empty.
    record TooLarge() implements Unavailable {}

    /// An environment was being made, but was not ready in time.
    record TooLate() implements Unavailable {}

    /// This member was taken out of its cluster, and what it had admitted with it: to be admitted anew.
    record Parted() implements Unavailable {}

    /// Something within Hearth threw.
    record Defect() implements Unavailable {}

    /// The WorkerManager is closed.
    record Closed() implements Unavailable {}
}
