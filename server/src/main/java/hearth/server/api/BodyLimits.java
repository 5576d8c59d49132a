package hearth.server.api;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.ApiOperation;

/// How large the body of each operation's request may be.
final class BodyLimits {
    /// 6 MiB: what an invocation may bring, and far more than any other request that carries no code.
    private static final int PAYLOAD = 6 << 20;

    /// Requests that carry a deployment package must be smaller than this.
    private static final int PACKAGE = 70_167_211;

    private BodyLimits() {}

    static int of(ApiOperation operation) {
        return switch (operation) {
            case CREATE_FUNCTION, UPDATE_FUNCTION_CODE, PUBLISH_LAYER_VERSION -> PACKAGE - 1;
            default -> PAYLOAD;
        };
    }

    static ApiException tooLarge(ApiOperation operation) {
        int limit = of(operation) == PAYLOAD ? PAYLOAD : PACKAGE;
        var name = operation == ApiOperation.INVOKE ? "InvokeFunction" : operation.wireName();
        return new ApiException(
                ApiError.REQUEST_ENTITY_TOO_LARGE,
                "Request must be smaller than " + limit + " bytes for the " + name + " operation");
    }
}
