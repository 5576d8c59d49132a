package hearth.model;

import java.util.Map;

/// A refusal that the caller is told of, in AWS's words.
public final class ApiException extends RuntimeException {
    private final transient ApiError error;
    private final boolean typed;
    private final transient Map<String, String> members;
    private final String detail;

    public ApiException(ApiError error, String message) {
        this(error, message, error.typed(), Map.of(), "");
    }

    private ApiException(ApiError error, String message, boolean typed, Map<String, String> members, String detail) {
        // Refusals are answers, not faults: no one reads their stack.
        super(message, null, false, false);
        this.error = error;
        this.typed = typed;
        this.members = members;
        this.detail = detail;
    }

    /// The same error without `Type`, as a few older checks of AWS answer.
    public ApiException untyped() {
        return new ApiException(error, message(), false, members, detail);
    }

    /// The same error with one more member in its body, such as `Reason`.
    public ApiException with(String member, String value) {
        return new ApiException(error, message(), typed, Map.of(member, value), detail);
    }

    /// The same error with what AWS does not tell the caller, for our log.
    public ApiException because(String why) {
        return new ApiException(error, message(), typed, members, why);
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

    /// The reason for our log: the detail if there is one, else the message.
    public String reason() {
        return detail.isEmpty() ? message() : detail;
    }

    /// Members of the body besides `Type` and the message.
    public Map<String, String> members() {
        return members;
    }
}
