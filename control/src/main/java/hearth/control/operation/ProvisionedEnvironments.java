package hearth.control.operation;

import hearth.model.FunctionId;
import java.util.Optional;

/// The data plane's word on the environments that it keeps initialised.
@FunctionalInterface
public interface ProvisionedEnvironments {
    /// There is no data plane.
    ProvisionedEnvironments NONE = new ProvisionedEnvironments() {
        @Override
        public Progress of(FunctionId function, String version) {
            return Progress.NOTHING;
        }

        @Override
        public boolean areThere() {
            return false;
        }
    };

    Progress of(FunctionId function, String version);

    /// Whether any are initialised at all, now or once the data plane has started.
    default boolean areThere() {
        return true;
    }

    /// @param ready environments that are initialised
    /// @param failure why one could not be, if that is not for Hearth to overcome: `StatusReason`
    /// @param isFunctions whether that is the function's own doing
    record Progress(int ready, Optional<String> failure, boolean isFunctions) {
        public static final Progress NOTHING = new Progress(0, Optional.empty());

        public Progress(int ready, Optional<String> failure) {
            this(ready, failure, false);
        }

        public Progress plus(Progress other) {
            return new Progress(ready + other.ready, failure.or(other::failure), isFunctions || other.isFunctions);
        }
    }
}
