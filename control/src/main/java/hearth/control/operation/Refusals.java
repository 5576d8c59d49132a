package hearth.control.operation;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.FunctionId;

/// Refusals that several operations share, in AWS's words.
public final class Refusals {
    private Refusals() {}

    public static ApiException invalid(String message) {
        return new ApiException(ApiError.INVALID_PARAMETER_VALUE, message);
    }

    /// Ours: a request that AWS would take and Hearth cannot honour. Taking it anyway would hide that.
    public static ApiException unsupported(String what) {
        return invalid("Hearth does not support " + what + " yet.");
    }

    public static ApiException functionNotFound(String arn) {
        return new ApiException(ApiError.RESOURCE_NOT_FOUND, "Function not found: " + arn);
    }

    public static ApiException aliasNotFound(String arn) {
        return new ApiException(ApiError.RESOURCE_NOT_FOUND, "Cannot find alias arn: " + arn);
    }

    public static ApiException functionExists(FunctionId function) {
        return new ApiException(ApiError.RESOURCE_CONFLICT, "Function already exist: " + function.name());
    }

    public static ApiException resourceNotFound() {
        return new ApiException(ApiError.RESOURCE_NOT_FOUND, "The resource you requested does not exist.");
    }

    public static ApiException updateInProgress(FunctionId function) {
        return new ApiException(
                ApiError.RESOURCE_CONFLICT,
                "The operation cannot be performed at this time. An update is in progress for resource: "
                        + function.arn());
    }

    public static ApiException revisionMismatch() {
        return revisionMismatch("GetFunction/GetAlias");
    }

    /// @param operation that tells the latest revision id
    public static ApiException revisionMismatch(String operation) {
        return new ApiException(
                ApiError.PRECONDITION_FAILED,
                "The Revision Id provided does not match the latest Revision Id. Call the " + operation
                        + " API to retrieve the latest Revision Id");
    }

    public static ApiException functionsOnly() {
        return invalid("This operation is permitted on Lambda functions only. Aliases and versions do not support this"
                + " operation. Please specify either a function name or an unqualified function ARN.");
    }
}
