package hearth.invoke.frontend;

import hearth.model.FunctionId;
import hearth.model.Routing;
import java.util.Optional;

/// Where functions are kept.
@FunctionalInterface
public interface FunctionSource {
    /// Where the invocations of a qualifier go now. Blocks, and throws when the store cannot be asked.
    ///
    /// @param qualifier `$LATEST`, a version number or an alias
    Optional<Routing> find(FunctionId function, String qualifier);
}
