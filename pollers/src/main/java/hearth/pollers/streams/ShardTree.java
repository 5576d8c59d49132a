package hearth.pollers.streams;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Which shards may be read: what came into a shard after it was split off or merged is younger than all that came into
/// its parents.
final class ShardTree {
    private ShardTree() {}

    /// @param finished shards whose records are all done with
    /// @return the shards that are not finished and whose parents are, or are no longer there
    static List<Shard> readable(List<Shard> shards, Set<String> finished) {
        var open = shards.stream()
                .map(Shard::id)
                .filter(id -> !finished.contains(id))
                .collect(Collectors.toCollection(HashSet::new));
        return shards.stream()
                .filter(shard -> open.contains(shard.id()))
                .filter(shard -> shard.parents().stream().noneMatch(open::contains))
                .toList();
    }
}
