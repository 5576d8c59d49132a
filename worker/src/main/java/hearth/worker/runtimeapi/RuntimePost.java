package hearth.worker.runtimeapi;

/// What a runtime told us about an invocation, or about its own start.
public sealed interface RuntimePost {
    /// The function's answer.
    record Response(byte[] body, String contentType) implements RuntimePost {}

    /// The function's error, to be handed to the caller byte for byte.
    ///
    /// @param errorType `Function.Unknown` if the runtime gave none that is well-formed
    record FunctionError(byte[] body, String errorType) implements RuntimePost {}

    /// INIT failed, in the runtime's own words.
    ///
    /// @param errorType `Runtime.Unknown` if the runtime gave none that is well-formed
    record InitError(byte[] body, String errorType) implements RuntimePost {}

    /// The answer passes the limit; the rest of it is thrown away.
    record TooLarge() implements RuntimePost {}

    /// The connection broke before the end of the answer.
    record Truncated() implements RuntimePost {}

    /// `Lambda-Runtime-Function-Response-Mode` had a value that does not exist.
    record InvalidResponseMode() implements RuntimePost {}
}
