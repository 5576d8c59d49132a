package hearth.model;

import org.jspecify.annotations.Nullable;

/// The key of an execution environment: what it is made for, and may never be handed across.
///
/// @param generation that of the `FunctionVersion`
/// @param tenant the one that it is made for; null of a function that does not keep its tenants apart
public record EnvironmentKey(
        FunctionId function,
        String version,
        long generation,
        @Nullable String tenant) {}
