package hearth.worker.runtimeapi;

/// What a runtime told us about an invocation, or about its own start.
public sealed interface RuntimePost {
    /// The function's answer.
    record Response(byte[] body, String contentType) implements RuntimePost {}

    /// The end of an answer that went to its stream piece by piece.
    record Streamed(long bytes) implements RuntimePost {}

    /// The function's error, to be handed to the caller byte for byte.
    ///
    /// @param errorType `UNKNOWN` if the runtime gave none that is well-formed
    record FunctionError(byte[] body, String errorType) implements RuntimePost {
        public static final String UNKNOWN = "Function.Unknown";
    }

    /// The function failed behind the answer that it had begun, and said so in the trailers.
    ///
    /// @param errorType `FunctionError.UNKNOWN` if the runtime gave none that is well-formed
    record BrokenOff(byte[] body, String errorType) implements RuntimePost {}

    /// INIT failed, in the runtime's own words.
    ///
    /// @param errorType `Runtime.Unknown` if the runtime gave none that is well-formed
    record InitError(byte[] body, String errorType) implements RuntimePost {}

    /// What the function does after a restore failed, in the runtime's own words.
    ///
    /// @param errorType `Runtime.Unknown` if the runtime gave none that is well-formed
    record RestoreError(byte[] body, String errorType) implements RuntimePost {}

    /// The answer passes the limit, in bytes; the rest of it is thrown away.
    record TooLarge(long limit) implements RuntimePost {}

    /// The connection broke before the end of the answer.
    record Truncated() implements RuntimePost {}

    /// `Lambda-Runtime-Function-Response-Mode` had a value that does not exist.
    record InvalidResponseMode() implements RuntimePost {}
}
