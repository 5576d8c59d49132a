package hearth.server.api;

import hearth.control.ControlPlane;
import hearth.control.operation.Caller;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiResponse;
import hearth.model.api.RequestParts;
import hearth.model.code.PackageThreads;
import hearth.server.auth.AuthenticatedCaller;
import java.util.Optional;
import java.util.function.Consumer;

/// The control plane's operations as HTTP has them: requests are read, and answers written, by the API's model.
public final class ControlRequests implements ControlOperations {
    /// A body up to here is read in a moment.
    private static final int SMALL_BODY = 256 << 10;

    private final ControlPlane plane;
    private final Endpoints endpoints;
    private final PackageThreads packageThreads;

    /// @param publicUrl what callers are told as this server's address, where that is configured
    /// @param listening the address that they are told if their request names no host
    /// @param packageThreads read large bodies, which are packages in base64
    public ControlRequests(
            ControlPlane plane, Optional<String> publicUrl, String listening, PackageThreads packageThreads) {
        this.plane = plane;
        this.endpoints = new Endpoints(publicUrl, listening);
        this.packageThreads = packageThreads;
    }

    @Override
    public ApiResponse handle(
            AuthenticatedCaller caller,
            String remote,
            ApiOperation operation,
            RequestParts request,
            Consumer<String> resource) {
        var read = request.body().length() <= SMALL_BODY
                ? operation.reader().read(request)
                : packageThreads.run(() -> operation.reader().read(request));
        resource.accept(ResourceName.in(read));
        return operation.writer().write(plane.handle(operation, inControl(caller, request, remote), read));
    }

    /// The control plane knows no credentials.
    private Caller inControl(AuthenticatedCaller caller, RequestParts request, String remote) {
        return new Caller(
                caller.account(),
                caller.region(),
                endpoints.of(request.headers()),
                caller.requester(),
                caller.keys(remote));
    }
}
