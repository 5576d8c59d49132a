package hearth.model;

import java.util.Map;

/// A refusal that the caller is told of, in AWS's words.
public final class ApiException extends RuntimeException {
    private final transient ApiError error;
    private final boolean typed;
    private final transient Map<String, String> members;
    private final transient Map<String, String> headers;

    public ApiException(ApiError error, String message) {
        this(error, message, error.typed(), Map.of(), Map.of());
    }

    private ApiException(
            ApiError error, String message, boolean typed, Map<String, String> members, Map<String, String> headers) {
        // Refusals are answers, not faults: no one reads their stack.
        super(message, null, false, false);
        this.error = error;
        this.typed = typed;
        this.members = members;
        this.headers = headers;
    }

    /// The same error without `Type`, as a few older checks of AWS answer (control-plane.md section 4).
    public ApiException untyped() {
        return new ApiException(error, message(), false, members, headers);
    }

    /// The same error with one more member in its body, such as `Reason`.
    public ApiException with(String member, String value) {
        return new ApiException(error, message(), typed, Map.of(member, value), headers);
    }

    /// The same error with one more HTTP header, such as `Retry-After`.
    public ApiException withHeader(String header, String value) {
        return new ApiException(error, message(), typed, members, Map.of(header, value));
    }

    public ApiError error() {
        return error;
    }

    public String message() {
        return String.valueOf(getMessage());
    }

    public boolean typed() {
        return typed;
    }

    /// Members of the body besides `Type` and the message.
    public Map<String, String> members() {
        return members;
    }

    /// HTTP headers of the answer besides those that every error has.
    public Map<String, String> headers() {
        return headers;
    }
}
