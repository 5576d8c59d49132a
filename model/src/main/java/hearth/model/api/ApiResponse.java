package hearth.model.api;

import hearth.model.ApiException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An HTTP response of the API.
///
/// @param headers besides `Content-Type` and `Content-Length`
/// @param body empty when there is none; not to be changed by anyone
/// @param contentType null when there is no body
public record ApiResponse(
        int status,
        Map<String, String> headers,
        byte[] body,
        @Nullable String contentType) {
    public static final String JSON = "application/json";

    private static final byte[] NO_BODY = {};

    static ApiResponse json(int status, ApiShape shape) {
        return status == 204
                ? new ApiResponse(status, Map.of(), NO_BODY, null)
                : new ApiResponse(status, Map.of(), JsonOutput.bytes(shape::write), JSON);
    }

    /// The answer to a refused request.
    public static ApiResponse of(ApiException refusal) {
        return ErrorBody.response(refusal);
    }

    /// The same response with one more header.
    public ApiResponse with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new ApiResponse(status, more, body, contentType);
    }

    static Builder builder(int status, byte @Nullable [] body) {
        return new Builder(status, body);
    }

    /// Collects what a response carries beside its JSON.
    static final class Builder {
        private final int status;
        private final byte @Nullable [] body;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private @Nullable String contentType;

        private Builder(int status, byte @Nullable [] body) {
            this.status = status;
            this.body = body;
            this.contentType = body == null ? null : JSON;
        }

        Builder header(String name, @Nullable String value) {
            if (value != null) {
                headers.put(name, value);
            }
            return this;
        }

        Builder contentType(@Nullable String value) {
            contentType = value == null ? contentType : value;
            return this;
        }

        ApiResponse build() {
            return new ApiResponse(status, headers, body == null ? NO_BODY : body, contentType);
        }
    }
}
