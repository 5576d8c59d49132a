package hearth.worker.environment;

import java.time.Duration;

/// The RESTORE phase of an environment under SnapStart: from its first invocation until the runtime asks for the event.
///
/// Nothing was put on a disk: the environment was initialised ahead, and waits. What the function does after a restore
/// is its own, and has the time that AWS gives it.
final class RestorePhase {
    /// How long it may take.
    static final Duration LIMIT = Duration.ofSeconds(10);

    private final long startNanos;

    RestorePhase(long nanos) {
        this.startNanos = nanos;
    }

    long deadlineNanos() {
        return startNanos + LIMIT.toNanos();
    }

    Duration duration(long nanos) {
        return Duration.ofNanos(nanos - startNanos);
    }
}
