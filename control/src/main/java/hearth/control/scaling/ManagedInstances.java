package hearth.control.scaling;

import hearth.cluster.FunctionStore;
import hearth.control.operation.Refusals;
import hearth.control.operation.Target;
import hearth.model.ApiError;
import hearth.model.ApiException;

/// Lambda Managed Instances: what AWS says to those who ask for something of theirs from a function that runs on none.
final class ManagedInstances {
    /// The one qualifier that only they have.
    private static final String PUBLISHED = "$LATEST.PUBLISHED";

    private ManagedInstances() {}

    /// The refusal of a request for the scaling of a function.
    static ApiException refusal(FunctionStore functions, Target target) {
        boolean there = functions.read(
                target.function(),
                view -> view.function().isPresent()
                        && (target.version().equals(PUBLISHED)
                                || view.version(target.version()).isPresent()));
        if (!there) {
            return Refusals.functionNotFound(target.arn());
        }
        return new ApiException(
                ApiError.ACCESS_DENIED,
                "The function provided by the arn does not contain a capacity provider configuration");
    }
}
