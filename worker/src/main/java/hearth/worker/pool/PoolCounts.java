package hearth.worker.pool;

/// What the pool of booted runtimes holds now, and what it has done since it began.
///
/// @param ready runtimes that wait for a function
/// @param hits cold starts that took one
/// @param misses cold starts that could have taken one, and found none
public record PoolCounts(int ready, long hits, long misses) {}
