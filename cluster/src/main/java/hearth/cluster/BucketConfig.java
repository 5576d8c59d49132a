package hearth.cluster;

import hearth.model.Bytes;

/// Where a store keeps its packages, if not in its folder.
///
/// @param bucket closed by the store
/// @param cache what copies of packages may take on this host
/// @param newFolder the folder within the bucket of a store that has none yet: a random name, so that two stores in one
///     bucket do not remove each other's packages
public record BucketConfig(Bucket bucket, Bytes cache, String newFolder) {}
