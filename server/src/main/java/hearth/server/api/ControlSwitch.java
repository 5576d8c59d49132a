package hearth.server.api;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.ApiOperation;
import hearth.model.api.ApiResponse;
import hearth.model.api.RequestParts;
import hearth.server.auth.AuthenticatedCaller;
import java.util.Optional;
import java.util.function.Consumer;

/// The control plane, where it runs. Elsewhere, and while it is stopped, its operations are refused and invocations
/// go on.
public final class ControlSwitch implements ControlOperations {
    private volatile Optional<ControlOperations> running;

    /// @param running empty where this process has no control plane
    public ControlSwitch(Optional<ControlOperations> running) {
        this.running = running;
    }

    /// Refuses every operation from now on.
    public void stop() {
        running = Optional.empty();
    }

    public boolean isRunning() {
        return running.isPresent();
    }

    @Override
    public ApiResponse handle(
            AuthenticatedCaller caller,
            String remote,
            ApiOperation operation,
            RequestParts request,
            Consumer<String> resource) {
        return running.orElseThrow(() -> new ApiException(
                        ApiError.SERVICE_UNAVAILABLE,
                        operation.wireName() + " is not available: the control plane is not running here."))
                .handle(caller, remote, operation, request, resource);
    }
}
