package hearth.server.api;

import hearth.model.api.ApiOperation;
import hearth.model.api.ApiResponse;
import hearth.model.api.RequestParts;
import hearth.server.auth.Caller;

/// The operations of the API that are not `Invoke`. May block.
@FunctionalInterface
public interface ControlOperations {
    /// @throws hearth.model.ApiException to refuse the request
    ApiResponse handle(Caller caller, ApiOperation operation, RequestParts request);
}
