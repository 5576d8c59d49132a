package hearth.control.operation;

import hearth.model.FunctionId;
import java.util.Optional;

/// The data plane's word on the environments that it keeps initialised.
@FunctionalInterface
public interface ProvisionedEnvironments {
    /// There is no data plane (yet).
    ProvisionedEnvironments NONE = (_, _) -> new Progress(0, Optional.empty());

    Progress of(FunctionId function, String version);

    /// @param ready environments that are initialised
    /// @param failure why one could not be, if that is not for Hearth to overcome: `StatusReason`
    record Progress(int ready, Optional<String> failure) {
        public Progress plus(Progress other) {
            return new Progress(ready + other.ready, failure.or(other::failure));
        }
    }
}
