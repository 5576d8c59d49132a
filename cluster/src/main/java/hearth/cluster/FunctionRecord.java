package hearth.cluster;

import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One function as it is kept: its `$LATEST`, and what belongs to all its versions.
///
/// @param latest what the API says of `$LATEST`
/// @param previous what invocations of `$LATEST` go on running while an update of it is in progress
/// @param versionCounter the number of the newest version ever published, 0 before the first
/// @param publishedGeneration of the `$LATEST` that the newest version was published from; 0 when there is no such
///     version, or no longer
/// @param tags in their order
public record FunctionRecord(
        FunctionId id,
        VersionRecord latest,
        Optional<VersionRecord> previous,
        long versionCounter,
        long publishedGeneration,
        Map<String, String> tags) {
    /// A function that was never updated or published.
    public static FunctionRecord created(FunctionId id, VersionRecord latest, Map<String, String> tags) {
        return new FunctionRecord(id, latest, Optional.empty(), 0, 0, tags);
    }

    /// The version that an invocation of `$LATEST` runs.
    public VersionRecord serving() {
        return previous.orElse(latest);
    }

    public FunctionRecord withLatest(VersionRecord changed) {
        return new FunctionRecord(id, changed, previous, versionCounter, publishedGeneration, tags);
    }

    public FunctionRecord withPrevious(Optional<VersionRecord> changed) {
        return new FunctionRecord(id, latest, changed, versionCounter, publishedGeneration, tags);
    }

    /// The record after this version was published from `$LATEST` at this generation.
    public FunctionRecord withPublished(long version, long generation) {
        return new FunctionRecord(id, latest, previous, version, generation, tags);
    }

    public FunctionRecord withTags(Map<String, String> changed) {
        return new FunctionRecord(id, latest, previous, versionCounter, publishedGeneration, changed);
    }

    /// The deployment packages and layers that `$LATEST` runs, now and once its update is at its end.
    Set<CodeDigest> packages() {
        var packages = new HashSet<>(latest.packages());
        packages.addAll(serving().packages());
        return packages;
    }

    /// The same, without what no store keeps: an image stays in its registry.
    Set<CodeDigest> kept() {
        var kept = latest.kept();
        kept.addAll(serving().kept());
        return kept;
    }
}
