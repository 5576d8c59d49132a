package hearth.cluster;

import hearth.model.CodeDigest;
import hearth.model.api.FunctionConfiguration;

/// One version of a function as it is kept, `$LATEST` or a published one.
///
/// @param configuration as the API shows it, with the state
/// @param generation from `FunctionStore.nextGeneration`, a new one with each change of code or configuration; 0 is
/// none
public record VersionRecord(FunctionConfiguration configuration, CodeDigest code, long generation) {
    public VersionRecord with(FunctionConfiguration changed) {
        return new VersionRecord(changed, code, generation);
    }
}
