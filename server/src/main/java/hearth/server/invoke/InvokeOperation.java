package hearth.server.invoke;

import hearth.model.ApiError;
import hearth.model.ApiException;

/// `Invoke` and its kin. Called on event loops: must not block.
@FunctionalInterface
public interface InvokeOperation {
    /// Where this process runs no functions.
    InvokeOperation NOT_HERE = (_, responder) -> responder.refuse(new ApiException(
            ApiError.SERVICE_UNAVAILABLE, "Invoke is not available: the frontend is not running here."));

    void invoke(InvokeRequest request, InvokeResponder responder);
}
