package hearth.model.worker;

import hearth.model.FunctionVersion;
import org.jspecify.annotations.Nullable;

/// An order to make an execution environment.
///
/// @param tenant the only one whose invocations it runs; null of a function that does not keep its tenants apart
/// @param maxConcurrency how many invocations it may run at once. One, as Lambda's environments do: more is for
///     runtimes that ask for several events at a time, and nothing that a user can set asks for it.
public record EnvironmentSpec(
        EnvironmentId id,
        FunctionVersion function,
        @Nullable String tenant,
        InitializationType initializationType,
        int maxConcurrency) {
    public EnvironmentSpec {
        if (maxConcurrency < 1) {
            throw new IllegalArgumentException("An environment runs one invocation at least");
        }
    }

    /// One that runs one invocation at a time.
    public EnvironmentSpec(
            EnvironmentId id,
            FunctionVersion function,
            @Nullable String tenant,
            InitializationType initializationType) {
        this(id, function, tenant, initializationType, 1);
    }

    /// Whether it is initialised as a snapshot would be, and restored for its first invocation.
    public boolean isSnapStart() {
        return initializationType == InitializationType.SNAP_START;
    }

    /// Whether it is kept whoever else needs its memory.
    public boolean isKept() {
        return initializationType == InitializationType.PROVISIONED_CONCURRENCY;
    }

    /// Whether it may run several invocations at once.
    public boolean isConcurrent() {
        return maxConcurrency > 1;
    }
}
