package hearth.control.signing;

import hearth.model.ApiError;
import hearth.model.ApiException;

/// Refusals that have to do with code signing, in AWS's words.
final class SigningRefusals {
    private SigningRefusals() {}

    /// The refusal of an operation on a configuration.
    static ApiException notFound(String arn) {
        return new ApiException(
                        ApiError.RESOURCE_NOT_FOUND,
                        "The Lambda code signing configuration " + arn + " can not be found.")
                .untyped();
    }

    /// The refusal of an operation on a function.
    static ApiException unknownConfig(String arn) {
        return new ApiException(
                ApiError.CODE_SIGNING_CONFIG_NOT_FOUND,
                "The code signing configuration cannot be found. Check that the provided configuration is not deleted: "
                        + arn + ".");
    }

    static ApiException inUse(String arn) {
        return new ApiException(
                ApiError.RESOURCE_CONFLICT,
                "The code signing configuration " + arn + " is in use by a function and cannot be deleted.");
    }

    /// @param deployed the function that the package was for, as the operation names it
    static ApiException untrusted(String deployed) {
        return new ApiException(
                ApiError.CODE_VERIFICATION_FAILED,
                "Lambda cannot deploy the function. The function or layer might be signed using a signature that the"
                        + " client is not configured to accept. Check the provided signature for " + deployed + ".");
    }
}
