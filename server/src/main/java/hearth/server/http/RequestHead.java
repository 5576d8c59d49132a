package hearth.server.http;

/// Request line and header fields of a request.
///
/// @param path as sent: percent-encoded, starts with `/`
/// @param query as sent, without the `?`; empty when there is none
/// @param minorVersion 1 for HTTP/1.1, 0 for HTTP/1.0
public record RequestHead(String method, String path, String query, int minorVersion, Headers headers) {
    /// Whether the client wants the connection to stay open after the answer.
    boolean keepAlive() {
        if (headers.hasToken("connection", "close")) {
            return false;
        }
        return minorVersion == 1 || headers.hasToken("connection", "keep-alive");
    }

    /// Whether the client waits for leave before it sends the body.
    boolean expectsContinue() {
        return minorVersion == 1 && headers.hasToken("expect", "100-continue");
    }
}
