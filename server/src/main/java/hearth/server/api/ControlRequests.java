package hearth.server.api;

import hearth.control.ControlPlane;
import hearth.control.operation.Caller;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiResponse;
import hearth.model.api.RequestParts;
import hearth.server.auth.AuthenticatedCaller;
import java.util.Optional;
import java.util.function.Consumer;

/// The control plane's operations as HTTP has them: requests are read, and answers written, by the API's model.
public final class ControlRequests implements ControlOperations {
    private final ControlPlane plane;
    private final Endpoints endpoints;

    /// @param publicUrl what callers are told as this server's address, where that is configured
    /// @param listening the address that they are told if their request names no host
    public ControlRequests(ControlPlane plane, Optional<String> publicUrl, String listening) {
        this.plane = plane;
        this.endpoints = new Endpoints(publicUrl, listening);
    }

    @Override
    public ApiResponse handle(
            AuthenticatedCaller caller, ApiOperation operation, RequestParts request, Consumer<String> resource) {
        var read = operation.reader().read(request);
        resource.accept(ResourceName.in(read));
        return operation.writer().write(plane.handle(operation, inControl(caller, request), read));
    }

    /// The control plane knows no credentials.
    private Caller inControl(AuthenticatedCaller caller, RequestParts request) {
        return new Caller(caller.account(), caller.region(), endpoints.of(request.headers()));
    }
}
