package hearth.pollers.streams;

import hearth.pollers.PolledMapping;

/// What all that is done for one shard of a mapping's stream has in common.
record ShardScope(
        PolledMapping mapping,
        StreamRules rules,
        Stream stream,
        StreamServices services,
        SharedStatus status,
        Shard shard) {
    /// For the names of threads, and logs.
    @Override
    public String toString() {
        return shard.id() + " of " + mapping;
    }
}
