package hearth.cluster;

import hearth.model.CodeDigest;
import hearth.model.api.FunctionCodeLocation;
import hearth.model.api.FunctionConfiguration;
import java.util.Optional;

/// One version of a function as it is kept, `$LATEST` or a published one.
///
/// @param configuration as the API shows it, with the state
/// @param generation from `FunctionStore.nextGeneration`, a new one with each change of code or configuration; 0 is
/// none
/// @param source as GetFunction shows it, less the URL
public record VersionRecord(
        FunctionConfiguration configuration, CodeDigest code, long generation, FunctionCodeLocation source) {
    public VersionRecord with(FunctionConfiguration changed) {
        return new VersionRecord(changed, code, generation, source);
    }

    public VersionRecord with(long otherGeneration) {
        return new VersionRecord(configuration, code, otherGeneration, source);
    }

    /// The version that a qualifier names by its number. Numbers are canonical: `01` is none.
    public static Optional<Long> number(String qualifier) {
        // 19 digits may not fit.
        return qualifier.matches("[1-9][0-9]{0,17}") ? Optional.of(Long.parseLong(qualifier)) : Optional.empty();
    }
}
