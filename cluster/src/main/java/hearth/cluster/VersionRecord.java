package hearth.cluster;

import hearth.model.CodeDigest;
import hearth.model.FunctionId;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionConfiguration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// One version of a function as it is kept, `$LATEST` or a published one.
///
/// @param configuration as the API shows it, with the state
/// @param generation from `FunctionStore.nextGeneration`, a new one with each change of code or configuration; 0 is
/// none
/// @param source as GetFunction shows it, less the URL
/// @param layers what the layers that the configuration names hold, in their order
public record VersionRecord(
        FunctionConfiguration configuration,
        CodeDigest code,
        long generation,
        FunctionCodeLocation source,
        List<CodeDigest> layers) {
    public VersionRecord {
        layers = List.copyOf(layers);
    }

    public VersionRecord with(FunctionConfiguration changed) {
        return new VersionRecord(changed, code, generation, source, layers);
    }

    public VersionRecord with(long otherGeneration) {
        return new VersionRecord(configuration, code, otherGeneration, source, layers);
    }

    public VersionRecord withLayers(List<CodeDigest> others) {
        return new VersionRecord(configuration, code, generation, source, others);
    }

    /// Whether it is a published version that starts from what was initialised ahead.
    public boolean isSnapStart() {
        var snapStart = configuration.snapStart();
        return !FunctionId.LATEST.equals(configuration.version())
                && snapStart != null
                && "PublishedVersions".equals(snapStart.applyOn());
    }

    /// Whether its deployment package stays in S3, and counts for nothing here.
    public boolean isInS3() {
        return source.resolvedS3Object() != null;
    }

    /// The bytes of the account's code storage that its deployment package takes.
    public long storedSize() {
        return isInS3() ? 0 : Objects.requireNonNull(configuration.codeSize());
    }

    /// All content that the version needs: its deployment package and its layers.
    Set<CodeDigest> packages() {
        var packages = new HashSet<>(layers);
        packages.add(code);
        return packages;
    }

    /// The same, without what no store keeps: an image stays in its registry.
    Set<CodeDigest> kept() {
        var kept = packages();
        if ("ECR".equals(source.repositoryType())) {
            kept.remove(code);
            kept.addAll(layers);
        }
        return kept;
    }

    /// The version that a qualifier names by its number. Numbers are canonical: `01` is none.
    public static Optional<Long> number(String qualifier) {
        // 19 digits may not fit.
        return qualifier.matches("[1-9][0-9]{0,17}") ? Optional.of(Long.parseLong(qualifier)) : Optional.empty();
    }
}
