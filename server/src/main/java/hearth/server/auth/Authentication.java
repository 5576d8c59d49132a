package hearth.server.auth;

import hearth.model.ApiException;
import hearth.model.api.RequestBody;

/// A request's claim to come from a caller: as good as proven once the body has been checked against it.
public interface Authentication {
    /// Whether `check` needs the SHA-256 of the body as it was sent.
    boolean needsBodyHash();

    /// Whether the body is framed in `aws-chunked`, so that it is larger on the wire than in fact.
    boolean isFramed();

    /// The access key that the request names, proven or not; empty if it names none.
    String accessKey();

    /// Checks the body, and takes it out of its framing, within its own array.
    ///
    /// @param body as it was sent
    /// @param sha256 of that body; empty unless asked for
    /// @throws ApiException when the claim is not proven
    Authenticated check(RequestBody body, byte[] sha256);

    /// A proven claim.
    ///
    /// @param body without framing
    record Authenticated(AuthenticatedCaller caller, RequestBody body) {}
}
