package hearth.pollers.streams;

import java.util.List;
import java.util.Optional;

/// What came of reading in a shard.
public sealed interface Reading {
    /// @param next the iterator to go on with; empty at the end of a shard that is closed
    record Records(List<StreamRecord> records, Optional<String> next) implements Reading {}

    /// The iterator is too old: another one is to be asked for.
    record Expired() implements Reading {}

    /// What the iterator points at is gone, and all that is left is younger.
    record Trimmed() implements Reading {}

    /// The stream is read more often than it bears.
    record Slowed() implements Reading {}
}
