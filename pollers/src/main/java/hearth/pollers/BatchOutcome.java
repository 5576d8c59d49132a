package hearth.pollers;

/// How it ended to have a function run on a batch.
public sealed interface BatchOutcome {
    /// @param version that ran: `$LATEST` or a number
    /// @param payload the function's answer
    record Succeeded(String version, byte[] payload) implements BatchOutcome {}

    /// @param error as `X-Amz-Function-Error` would say it
    record Failed(String version, String error, byte[] payload) implements BatchOutcome {}

    /// The function did not run, or nobody knows whether it did. Later it may.
    record NotRun(String why) implements BatchOutcome {}
}
