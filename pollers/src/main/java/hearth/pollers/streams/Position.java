package hearth.pollers.streams;

import java.time.Instant;

/// Where in a shard to begin.
public sealed interface Position {
    /// At the oldest record that is there.
    record TrimHorizon() implements Position {}

    /// Behind the newest.
    record Latest() implements Position {}

    /// At the first record that came then or later.
    record AtTime(Instant time) implements Position {}

    /// Behind a record.
    record After(String sequenceNumber) implements Position {}
}
