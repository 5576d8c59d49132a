package hearth.invoke.frontend;

import hearth.invoke.counting.ThrottleReason;
import hearth.model.worker.InvocationOutcome;
import org.jspecify.annotations.Nullable;

/// How a dispatched invocation ended.
public sealed interface DispatchOutcome {
    /// The function ran to an end of its own, or was ended for its time-out, its memory or its answer's size.
    sealed interface Ran extends DispatchOutcome {
        /// At most the last 4 KiB of the invocation's log; null when not asked for.
        byte @Nullable [] logTail();
    }

    /// @param payload as the runtime posted it, byte for byte
    /// @param contentType as the runtime gave it
    record Answered(byte[] payload, String contentType, byte @Nullable [] logTail) implements Ran {}

    /// All of the answer went to the listener's stream.
    record Streamed(byte @Nullable [] logTail) implements Ran {}

    /// @param payload the error as JSON, the runtime's own or one that tells of a crash or a time-out
    /// @param error `InvocationOutcome.Failed.UNHANDLED`, or what a function that streams gave behind its answer
    record FunctionError(byte[] payload, String error, byte @Nullable [] logTail) implements Ran {}

    /// A limit of concurrency was reached: the function did not run.
    record Throttled(ThrottleReason reason) implements DispatchOutcome {}

    /// No environment can run this version as it is now: the function did not run.
    record NotRunnable(InvocationOutcome.NotRunnable why) implements DispatchOutcome {}

    /// Hearth could not serve the invocation now. Later it may.
    record Unavailable(Reason reason) implements DispatchOutcome {
        public enum Reason {
            /// Nobody who counts what runs said in time whether this may too.
            NOT_COUNTED,
            /// Every worker was full, and nothing came free in time.
            NO_CAPACITY,
            /// No worker is large enough for this function, even empty.
            TOO_LARGE,
            /// No environment was ready in time.
            NOT_READY,
            /// One environment after the other refused the invocation.
            REFUSED,
            /// The worker that was given the invocation did not answer in time. The function may have run.
            NO_ANSWER,
            /// The worker that was given the invocation cannot be reached any more. The function may have run.
            WORKER_LOST,
            /// Another invocation runs under this request id.
            SAME_ID,
            /// The server stops.
            CLOSED,
            /// Hearth failed within itself, which its log tells of. The function may have run.
            DEFECT
        }
    }
}
