package hearth.model.worker;

import org.jspecify.annotations.Nullable;

/// How an invocation ended, as the worker tells the Frontend.
public sealed interface InvocationOutcome {
    /// The function answered.
    ///
    /// @param contentType of the payload, as the runtime posted it
    /// @param logTail at most the last 4 KiB of the invocation's log; null when not asked for
    record Answered(byte[] payload, String contentType, byte @Nullable [] logTail) implements InvocationOutcome {}

    /// The function answered, and all of its answer went to the stream.
    record Streamed(byte @Nullable [] logTail) implements InvocationOutcome {}

    /// The function failed: it threw, crashed, ran out of time or memory, or answered too much. The caller gets
    /// HTTP 200 with this payload.
    ///
    /// @param error what kind of failure the caller is told of: `UNHANDLED`, or what a function that streams gave
    ///     behind its answer
    record Failed(byte[] payload, String error, byte @Nullable [] logTail) implements InvocationOutcome {
        /// As AWS calls every failure of a function that does not name one behind its streamed answer.
        public static final String UNHANDLED = "Unhandled";
    }

    /// The function never saw the invocation: the reservation was too old, or the environment was gone. Another
    /// environment may be tried.
    record Refused(String reason) implements InvocationOutcome {}

    /// Hearth could not run the function, and another environment will not do better: no such runtime on the
    /// host, or the code cannot be fetched.
    record NotRunnable(Cause cause, String message) implements InvocationOutcome {
        /// Whose fault it is.
        public enum Cause {
            /// The host has no such runtime; the message names what to install.
            RUNTIME_MISSING,
            /// The deployment package cannot be fetched or unpacked.
            CODE_UNAVAILABLE,
            /// The sandbox could not be made.
            SANDBOX_FAILED,
            /// No more environments are made ahead: what is left of the workers is for those that are made on demand.
            SHARE_USED_UP,
            /// The function's own initialisation failed, in an environment that was made ahead. One that is made on
            /// demand takes the invocation all the same, and fails it.
            INIT_FAILED,
            /// With SnapStart: what the function does after a restore failed.
            RESTORE_FAILED,
            /// With SnapStart: that took too long.
            RESTORE_TIMED_OUT
        }
    }
}
