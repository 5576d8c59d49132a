package hearth.server.http;

import hearth.model.ApiException;
import hearth.model.api.ApiResponse;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An answer, whole.
///
/// @param headers besides `Date`, `Content-Length`, `Connection` and `x-amzn-RequestId`, which the listener adds
/// @param cookies the values of `Set-Cookie`, each of which gets a line of its own
/// @param body left out of answers that may have none (204, and any to `HEAD`); not to be changed by anyone
/// @param more of the body, in buffers that need not be joined
public record HttpResponse(
        int status, Map<String, String> headers, List<String> cookies, byte[] body, List<ByteBuffer> more) {
    /// An answer without cookies.
    public HttpResponse(int status, Map<String, String> headers, byte[] body) {
        this(status, headers, List.of(), body);
    }

    public HttpResponse(int status, Map<String, String> headers, List<String> cookies, byte[] body) {
        this(status, headers, cookies, body, List.of());
    }

    /// An answer of Lambda's API.
    public static HttpResponse of(ApiResponse response) {
        var headers = new LinkedHashMap<String, String>();
        var contentType = response.contentType();
        if (contentType != null) {
            headers.put("Content-Type", contentType);
        }
        headers.putAll(response.headers());
        return new HttpResponse(response.status(), headers, response.body());
    }

    /// How many bytes the whole body has.
    int length() {
        int length = body.length;
        for (var buffer : more) {
            length += buffer.remaining();
        }
        return length;
    }

    /// A refusal of Lambda's API.
    public static HttpResponse of(ApiException refusal) {
        return of(ApiResponse.of(refusal));
    }
}
