package hearth.invoke.metering;

import hearth.invoke.counting.ThrottleReason;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.InvocationOutcome;
import java.time.Duration;

/// Hears how invocations and their environments fare. Called on event loops, by several at once: must not block.
public interface InvocationMeter {
    /// Counts nothing.
    InvocationMeter NONE = new InvocationMeter() {};

    /// An invocation was refused for want of concurrency or of workers.
    default void throttled(FunctionId function, ThrottleReason reason) {}

    /// An invocation was not run, because it came of a recursive loop (`RecursiveInvocationsDropped`).
    default void recursionStopped(FunctionId function) {}

    /// An invocation was given an environment.
    ///
    /// @param waitedNanos for it; next to nothing if one was idle
    default void assigned(FunctionId function, long waitedNanos) {}

    /// An invocation has run.
    ///
    /// @param nanos from when it was given its environment
    default void ended(FunctionVersion function, InvocationOutcome outcome, long nanos) {}

    /// An environment has come up.
    ///
    /// @param took from when it was asked for
    default void initialized(FunctionId function, Duration took) {}

    /// Something was thrown that nobody expected: an invocation, or a part of the path, failed within Hearth.
    default void defect() {}
}
