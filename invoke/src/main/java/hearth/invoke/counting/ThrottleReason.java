package hearth.invoke.counting;

/// Which limit an invocation ran into; `Reason` of `TooManyRequestsException`.
public enum ThrottleReason {
    /// The part of the account's limit that no reservation holds is used up.
    CONCURRENT_INVOCATION_LIMIT_EXCEEDED("ConcurrentInvocationLimitExceeded"),
    /// The function's own reservation is used up, or is 0.
    RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED("ReservedFunctionConcurrentInvocationLimitExceeded");

    private final String wireName;

    ThrottleReason(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
