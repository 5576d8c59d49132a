package hearth.invoke.frontend;

import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import java.util.Optional;

/// Where functions are kept.
@FunctionalInterface
public interface FunctionSource {
    /// The function version that a qualifier names now. Blocks, and throws when the store cannot be asked.
    ///
    /// @param qualifier `$LATEST`, a version number or an alias
    Optional<FunctionVersion> find(FunctionId function, String qualifier);
}
