package hearth.server.invoke;

import hearth.invoke.counting.ThrottleReason;
import hearth.invoke.frontend.DispatchOutcome.Unavailable.Reason;
import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionState;
import hearth.model.FunctionVersion;
import hearth.model.RecursionGuard;
import hearth.model.UnsupportedKind;
import hearth.model.api.ApiOperation;
import hearth.model.worker.InvocationOutcome.NotRunnable;

/// Every refusal to run a function, in AWS's words where AWS has any.
final class Refusals {
    /// 6 MiB.
    static final int MAX_PAYLOAD = 6_291_456;
    /// 1 MiB.
    static final int MAX_EVENT_PAYLOAD = 1_048_576;

    private Refusals() {}

    static ApiException payloadTooLarge(ApiOperation operation) {
        var name = operation == ApiOperation.INVOKE ? "InvokeFunction" : operation.wireName();
        return new ApiException(
                ApiError.REQUEST_ENTITY_TOO_LARGE,
                "Request must be smaller than " + MAX_PAYLOAD + " bytes for the " + name + " operation");
    }

    static ApiException eventTooLarge(int size) {
        return new ApiException(
                ApiError.REQUEST_ENTITY_TOO_LARGE,
                size + " byte payload is too large for the Event invocation type (limit " + MAX_EVENT_PAYLOAD
                        + " bytes)");
    }

    /// In our words, as what follows: AWS has no disk that is full.
    static ApiException diskFull() {
        return service("The server's disk is full: nothing is kept until there is room again.");
    }

    static ApiException eventNotKept() {
        return service("The event could not be kept, and will not run.");
    }

    static ApiException notRunnable(UnsupportedKind obstacle) {
        return new ApiException(
                ApiError.NOT_IMPLEMENTED,
                "Invoking " + obstacle.functions() + " is not available in this version of Hearth.");
    }

    static ApiException tenantMissing() {
        return new ApiException(
                ApiError.INVALID_PARAMETER_VALUE,
                "The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and"
                        + " try again.");
    }

    /// In our words: of AWS's it is only known that it refuses too.
    static ApiException tenantNeedless() {
        return new ApiException(
                ApiError.INVALID_PARAMETER_VALUE,
                "The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request"
                        + " and try again.");
    }

    static ApiException noSuchFunction(String arn) {
        return new ApiException(ApiError.RESOURCE_NOT_FOUND, "Function not found: " + arn);
    }

    /// A function's log is its owner's.
    static ApiException foreignLog() {
        return new ApiException(ApiError.ACCESS_DENIED, "Cross-account log access is not allowed");
    }

    static ApiException storeUnreachable() {
        return new ApiException(ApiError.SERVICE, "The configuration of the function cannot be read at the moment.");
    }

    static ApiException notInvocable(FunctionState state) {
        return new ApiException(
                ApiError.RESOURCE_CONFLICT,
                "The operation cannot be performed at this time. The function is currently in the following state: "
                        + state.wireName());
    }

    static ApiException recursive() {
        return new ApiException(ApiError.RECURSIVE_INVOCATION, RecursionGuard.REASON);
    }

    static ApiException throttled(ThrottleReason reason) {
        return new ApiException(ApiError.TOO_MANY_REQUESTS, "Rate Exceeded.").with("Reason", reason.wireName());
    }

    static ApiException notRunnable(NotRunnable why) {
        var error =
                switch (why.cause()) {
                    case RUNTIME_MISSING -> ApiError.INVALID_RUNTIME;
                    case CODE_UNAVAILABLE -> ApiError.INVALID_ZIP_FILE;
                    case SANDBOX_FAILED, SHARE_USED_UP, INIT_FAILED -> ApiError.SERVICE;
                    case RESTORE_FAILED -> ApiError.SNAP_START;
                    case RESTORE_TIMED_OUT -> ApiError.SNAP_START_TIMEOUT;
                };
        return new ApiException(error, why.message());
    }

    static ApiException unavailable(Reason reason, FunctionVersion version) {
        return switch (reason) {
            // AWS grows; we cannot. To a caller both are a limit that asks them to slow down and try again.
            case NO_CAPACITY -> throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
            // Not 429: it is not known that a limit is reached, and whoever counts throttles would be told wrongly.
            case NOT_COUNTED -> service("Whether a limit of concurrency is reached cannot be told at the moment.");
            case TOO_LARGE ->
                service("No worker is large enough for a function of "
                        + version.memory().toMebibytes() + " MB.");
            case NOT_READY -> service("The execution environment was not ready in time.");
            case REFUSED -> service("No execution environment accepted the invocation.");
            case NO_ANSWER -> service("The execution environment did not answer in time.");
            case WORKER_LOST -> service("The worker that ran the function was lost. The function may have run.");
            case SAME_ID, DEFECT -> defect();
            case CLOSED -> new ApiException(ApiError.SERVICE_UNAVAILABLE, "The service is stopping.");
        };
    }

    private static ApiException service(String message) {
        return new ApiException(ApiError.SERVICE, message);
    }

    static ApiException defect() {
        return new ApiException(ApiError.SERVICE, "An internal error occurred.");
    }
}
