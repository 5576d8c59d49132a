package hearth.server.auth;

import hearth.server.http.RequestHead;

/// Tells the caller of a request.
@FunctionalInterface
public interface Authenticator {
    /// As the other, for requests of Lambda's API.
    default Authentication begin(RequestHead head) {
        return begin(head, "lambda");
    }

    /// Looks at a request's head. What can be refused by it alone is refused here, before the body is read.
    ///
    /// @param service that the request must be signed for, if it must be signed
    /// @throws hearth.model.ApiException in AWS's words
    Authentication begin(RequestHead head, String service);
}
