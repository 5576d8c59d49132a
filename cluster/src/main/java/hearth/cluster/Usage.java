package hearth.cluster;

/// The amount that an account keeps in one region.
///
/// @param codeSize bytes of all zips, those of layers too; each published version counts again
/// @param functions how many, versions not counted
public record Usage(long codeSize, long functions) {}
