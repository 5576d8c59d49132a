package hearth.server.http;

import hearth.model.ApiError;
import hearth.model.ApiException;
import hearth.model.api.RequestBody;

/// Answers a request that needs no body, and looks at none.
///
/// @param answer ends in one answer to the exchange; on the connection's event loop, must not block
public record BodylessHandler(Runnable answer) implements RequestHandler {
    private static final int LARGEST_BODY = 1024;

    @Override
    public int bodyLimit() {
        return LARGEST_BODY;
    }

    @Override
    public ApiException tooLarge() {
        return new ApiException(ApiError.REQUEST_ENTITY_TOO_LARGE, "Ask without a body.");
    }

    @Override
    public boolean hashesBody() {
        return false;
    }

    @Override
    public void serve(RequestBody body, byte[] sha256) {
        answer.run();
    }
}
