package hearth.invoke.frontend;

import hearth.model.EventInvokeConfig;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.RecursionGuard;

/// Which version of a function runs an invocation, or why none does.
public sealed interface Resolution {
    /// @param events how asynchronous invocations of the qualifier are to be treated
    /// @param recursion counts each invocation, and stops those of recursive loops
    record Resolved(FunctionVersion version, EventInvokeConfig events, RecursionGuard recursion)
            implements Resolution {}

    /// No such function, or no such version or alias of it.
    record Missing() implements Resolution {}

    /// Nothing is known of the function, and the store cannot be asked.
    record Unreachable() implements Resolution {}

    /// The function is kept, but is not to be invoked now.
    ///
    /// @param events how asynchronous invocations of the qualifier are to be treated
    record NotActive(FunctionState state, EventInvokeConfig events) implements Resolution {}
}
