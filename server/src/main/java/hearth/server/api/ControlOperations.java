package hearth.server.api;

import hearth.model.api.ApiOperation;
import hearth.model.api.ApiResponse;
import hearth.model.api.RequestParts;
import hearth.server.auth.AuthenticatedCaller;
import java.util.function.Consumer;

/// The operations of the API that are not `Invoke`. May block.
@FunctionalInterface
public interface ControlOperations {
    /// @param remote the client's address
    /// @param resource told what the request's body names, if it names what it is about
    /// @throws hearth.model.ApiException to refuse the request
    ApiResponse handle(
            AuthenticatedCaller caller,
            String remote,
            ApiOperation operation,
            RequestParts request,
            Consumer<String> resource);
}
