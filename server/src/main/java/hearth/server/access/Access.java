package hearth.server.access;

import hearth.model.ApiException;

/// Whether a request is let through.
public sealed interface Access {
    record Allowed() implements Access {}

    /// @param refusal in the words of the API; a function URL has others
    record Refused(ApiException refusal) implements Access {}

    /// Nothing is known of the function, and the store cannot be asked.
    record Unreachable() implements Access {}
}
