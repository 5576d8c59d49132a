package hearth.invoke.workermanager;

import java.time.Duration;

/// How long environments are kept and invocations wait for them.
///
/// @param idleExpiry after how long without an invocation an environment ends
/// @param reservationLife how long a worker honours a reservation
/// @param waitLimit the longest wait for an environment that is being made
/// @param capacityWait the longest wait while all workers are full
/// @param patience the longest time that an invocation waits for busy environments before a new one is asked for,
///     if they are expected to come free sooner than a new one would be ready
/// @param failedStarts how many sandboxes in a row may fail before those who wait are told
/// @param maxConcurrency how many invocations an environment may run at once: one, as on Lambda
public record WorkerManagerConfig(
        Duration idleExpiry,
        Duration reservationLife,
        Duration waitLimit,
        Duration capacityWait,
        Duration patience,
        int failedStarts,
        int maxConcurrency) {
    public static final WorkerManagerConfig DEFAULT = new WorkerManagerConfig(
            Duration.ofMinutes(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ofMillis(50),
            3,
            1);

    public WorkerManagerConfig {
        if (failedStarts < 1 || maxConcurrency < 1 || !reservationLife.isPositive()) {
            throw new IllegalArgumentException("The WorkerManager needs positive settings");
        }
    }

    public WorkerManagerConfig withIdleExpiry(Duration changed) {
        return new WorkerManagerConfig(
                changed, reservationLife, waitLimit, capacityWait, patience, failedStarts, maxConcurrency);
    }

    /// Not for users: Lambda's environments run one invocation at a time.
    WorkerManagerConfig withMaxConcurrency(int changed) {
        return new WorkerManagerConfig(
                idleExpiry, reservationLife, waitLimit, capacityWait, patience, failedStarts, changed);
    }
}
