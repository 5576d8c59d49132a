package hearth.server.api;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.Bytes;
import hearth.model.api.ApiOperation;

/// How large the body of each operation's request may be.
///
/// @param packages requests that carry a deployment package must be smaller than this
record BodyLimits(int packages) {
    /// 6 MiB: what an invocation may bring, and far more than any other request that carries no code.
    private static final int PAYLOAD = 6 << 20;

    /// How many times their bytes the values of a JSON document take at most, in what requests have: short texts.
    private static final int READ = 4;

    /// What AWS allows besides the zip in base64: 70,167,211 bytes in all, where the zip has 50 MiB at most.
    private static final long BESIDES = 262_145;

    /// @param zip the largest that a request may carry
    static BodyLimits of(Bytes zip) {
        return new BodyLimits(Math.toIntExact(zip.count() * 4 / 3 + BESIDES));
    }

    int of(ApiOperation operation) {
        return carriesPackage(operation) ? packages - 1 : PAYLOAD;
    }

    /// The memory that a request takes until its answer, for a body of so many bytes.
    ///
    /// @param exact whether its length was known and it has no framing, so that it is kept as it came
    static long memory(ApiOperation operation, long body, boolean exact) {
        return switch (operation) {
            case INVOKE, INVOKE_ASYNC, INVOKE_WITH_RESPONSE_STREAM -> exact ? body : 2 * body;
            default -> carriesPackage(operation) ? body + body / 4 * 3 : READ * body;
        };
    }

    private static boolean carriesPackage(ApiOperation operation) {
        return switch (operation) {
            case CREATE_FUNCTION, UPDATE_FUNCTION_CODE, PUBLISH_LAYER_VERSION -> true;
            default -> false;
        };
    }

    ApiException tooLarge(ApiOperation operation) {
        int limit = carriesPackage(operation) ? packages : PAYLOAD;
        var name = operation == ApiOperation.INVOKE ? "InvokeFunction" : operation.wireName();
        return new ApiException(
                ApiError.REQUEST_ENTITY_TOO_LARGE,
                "Request must be smaller than " + limit + " bytes for the " + name + " operation");
    }
}
