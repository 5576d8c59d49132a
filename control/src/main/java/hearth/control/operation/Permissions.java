package hearth.control.operation;

import hearth.model.FunctionId;
import hearth.model.policy.AccessRequest;
import hearth.model.policy.Decision;
import org.jspecify.annotations.Nullable;

/// What the resource policies of functions allow to others than their owners.
@FunctionalInterface
public interface Permissions {
    /// Nothing.
    Permissions NONE = (_, _, _) -> Decision.UNDECIDED;

    /// @param qualifier as the request names it; null when it names none
    Decision decide(FunctionId function, @Nullable String qualifier, AccessRequest request);
}
