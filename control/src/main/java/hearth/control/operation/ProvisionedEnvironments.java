package hearth.control.operation;

import hearth.model.FunctionId;

/// What the data plane says of environments that it keeps initialised.
@FunctionalInterface
public interface ProvisionedEnvironments {
    /// There is no data plane (yet).
    ProvisionedEnvironments NONE = (_, _) -> new Progress(0, false);

    Progress of(FunctionId function, String version);

    /// @param ready environments that are initialised
    /// @param failed whether one could not be, and no other will be tried
    record Progress(int ready, boolean failed) {
        public Progress plus(Progress other) {
            return new Progress(ready + other.ready, failed || other.failed);
        }
    }
}
