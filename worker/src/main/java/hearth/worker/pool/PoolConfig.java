package hearth.worker.pool;

import hearth.model.Bytes;
import java.time.Duration;

/// How many booted runtimes there may be.
///
/// @param memory what all of them together may take; nothing switches the pool off
/// @param keep for how long one is kept ready of a kind that nobody wants
public record PoolConfig(Bytes memory, Duration keep) {
    public static final Duration KEEP = Duration.ofHours(1);

    /// Cold starts are always on their own.
    public static final PoolConfig NONE = new PoolConfig(new Bytes(0), KEEP);
}
