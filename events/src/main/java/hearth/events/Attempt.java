package hearth.events;

import hearth.cluster.EventRecord;

/// How one try to run a function on an event ended.
sealed interface Attempt {
    /// @param version that ran: `$LATEST` or a number
    record Succeeded(String version, byte[] payload) implements Attempt {}

    record Failed(EventRecord.Failure failure) implements Attempt {}

    /// The function did not run. Later it may.
    record NotRun(String why) implements Attempt {}

    /// The function is not to run at all: its reserved concurrency is 0.
    record Stopped() implements Attempt {}

    /// The function is not to run on this event: it has run in a recursive loop before.
    record Recursive() implements Attempt {}
}
