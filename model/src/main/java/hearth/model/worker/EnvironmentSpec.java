package hearth.model.worker;

import hearth.model.FunctionVersion;
import org.jspecify.annotations.Nullable;

/// An order to make an execution environment.
///
/// @param tenant the only one whose invocations it runs; null of a function that does not keep its tenants apart
public record EnvironmentSpec(
        EnvironmentId id,
        FunctionVersion function,
        @Nullable String tenant,
        InitializationType initializationType) {}
