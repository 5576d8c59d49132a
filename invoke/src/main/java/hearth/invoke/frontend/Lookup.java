package hearth.invoke.frontend;

import hearth.model.Routing;

/// What the FunctionCache knows of a function.
public sealed interface Lookup {
    record Found(Routing routing) implements Lookup {}

    /// No such function, or no such version or alias of it.
    record Missing() implements Lookup {}

    /// Not cached, and the store cannot be asked.
    record Unreachable(Throwable cause) implements Lookup {}
}
