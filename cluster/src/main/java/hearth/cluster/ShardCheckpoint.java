package hearth.cluster;

import java.util.Optional;

/// Where a shard of a mapping's stream is read on.
///
/// @param after the number of the last record that is done with; empty when none is
/// @param since milliseconds: when a mapping that begins at the end of its stream first asked for the shard; 0 of any
///     other shard
/// @param finished whether the shard has ended, and all its records are done with
/// @param window the tumbling window that is open
public record ShardCheckpoint(String shard, String after, long since, boolean finished, Optional<WindowState> window) {
    /// What a function has told of a tumbling window so far.
    ///
    /// @param start milliseconds
    /// @param state JSON
    public record WindowState(long start, String state) {}

    /// Of a shard that is read from its beginning, or from where the mapping says.
    public static ShardCheckpoint beginning(String shard) {
        return new ShardCheckpoint(shard, "", 0, false, Optional.empty());
    }

    /// Of a shard that is read from its end on.
    public static ShardCheckpoint since(String shard, long millis) {
        return new ShardCheckpoint(shard, "", millis, false, Optional.empty());
    }

    /// Of a shard that is not read any more.
    public static ShardCheckpoint finished(String shard) {
        return new ShardCheckpoint(shard, "", 0, true, Optional.empty());
    }
}
