package hearth.server.auth;

import hearth.server.http.RequestHead;

/// Tells who sent a request.
@FunctionalInterface
public interface Authenticator {
    /// Looks at a request's head. What can be refused by it alone is refused here, before the body is read.
    ///
    /// @throws hearth.model.ApiException in AWS's words
    Authentication begin(RequestHead head);
}
