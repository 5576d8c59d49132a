package hearth.conformance.faults;

import java.time.Duration;

/// One call, and what came of it.
///
/// @param began on the clock of `System.nanoTime`
/// @param ended on the same
record Call(long number, Kind kind, long began, long ended, Outcome outcome) {
    /// What is called.
    enum Kind {
        /// A function that has served before.
        WARM,
        /// A function that nobody has called before.
        COLD,
        /// A function whose answer is streamed.
        STREAMED,
        /// A function of which only a few may run at once.
        LIMITED
    }

    /// What a caller sees.
    sealed interface Outcome {
        record Answered() implements Outcome {}

        /// There were as many of a function as may be.
        record Throttled() implements Outcome {}

        /// @param how its status, or how the connection ended
        record Failed(String how) implements Outcome {}

        /// @param answer of another call, or of none
        record Wrong(String answer) implements Outcome {}
    }

    boolean isGood() {
        return outcome instanceof Outcome.Answered || (kind == Kind.LIMITED && outcome instanceof Outcome.Throttled);
    }

    Duration took() {
        return Duration.ofNanos(ended - began);
    }
}
