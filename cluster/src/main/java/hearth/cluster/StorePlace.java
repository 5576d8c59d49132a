package hearth.cluster;

import java.util.Optional;
import java.util.random.RandomGenerator;

/// Where a store is, beside its data folder.
///
/// @param url of the PostgreSQL database that has its tables; empty for a file in the folder
/// @param bucket that has its deployment packages; empty for files in the folder
/// @param random may be used by many threads at once
/// @param lost told when another server has taken the database, which this one must not use any more
/// @param member as which this server shares the database with others; empty when it has it for itself
public record StorePlace(
        Optional<StoreUrl> url,
        Optional<BucketConfig> bucket,
        RandomGenerator random,
        Runnable lost,
        Optional<StoreMember> member) {}
