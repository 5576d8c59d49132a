package hearth.model.code;

import hearth.model.Bytes;

/// How large a deployment package may be.
///
/// @param zipped the zip must be smaller than this
/// @param unzipped all files together must be smaller than this
/// @param entries how many files, symbolic links and directories at most, counting directories that are only
///     implied by a path: each costs an inode
/// @param pathBytes the longest path, in UTF-8 bytes
public record PackageLimits(Bytes zipped, Bytes unzipped, int entries, int pathBytes) {
    /// AWS's for a zip that is sent with the request; the last two are ours, for it names none.
    public static final PackageLimits DIRECT_UPLOAD =
            new PackageLimits(new Bytes(52_428_800), new Bytes(262_144_000), 100_000, 1_024);

    /// The same for a zip that is read from a store, where only the unzipped size counts.
    public static final PackageLimits STORED = stored(DIRECT_UPLOAD);

    public static PackageLimits stored(PackageLimits direct) {
        return direct.withZipped(direct.unzipped());
    }

    public PackageLimits withZipped(Bytes limit) {
        return new PackageLimits(limit, unzipped, entries, pathBytes);
    }

    public PackageLimits withUnzipped(Bytes limit) {
        return new PackageLimits(zipped, limit, entries, pathBytes);
    }
}
