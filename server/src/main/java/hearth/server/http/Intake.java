package hearth.server.http;

import hearth.model.ApiException;

/// A request whose head was admitted and whose body is awaited.
public interface Intake {
    /// The most bytes that the body may have.
    int bodyLimit();

    /// What a caller is told whose body is larger.
    ApiException tooLarge();

    /// Whether `serve` needs the body's SHA-256.
    boolean hashesBody();

    /// Takes the whole body, on the connection's event loop: must not block, and ends in one answer to the exchange.
    ///
    /// @param sha256 of the body; empty unless asked for
    /// @throws ApiException to refuse the request
    void serve(byte[] body, byte[] sha256);
}
