package hearth.server.http;

import hearth.model.ApiException;
import hearth.model.api.RequestBody;

/// What becomes of one request whose head was admitted: how much of a body it may have, and who takes that.
public interface RequestHandler {
    /// The most bytes that the body may have.
    int bodyLimit();

    /// The memory that the request takes while it is served, from its first byte to its answer.
    ///
    /// @param body how many bytes it has
    /// @param announced whether that was known before it came
    default long memory(long body, boolean announced) {
        return body;
    }

    /// What a caller is told whose body is larger.
    ApiException tooLarge();

    /// Whether `serve` needs the body's SHA-256.
    boolean hashesBody();

    /// Takes the whole body, on the connection's event loop: must not block, and ends in one answer to the
    /// exchange.
    ///
    /// @param sha256 of the body; empty unless asked for
    /// @throws ApiException to refuse the request
    void serve(RequestBody body, byte[] sha256);
}
