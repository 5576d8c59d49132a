package hearth.server.urls;

import hearth.server.auth.AuthenticatedCaller;
import java.util.Optional;

/// Tells who may call a function URL. Called on event loops: must not block.
@FunctionalInterface
interface UrlAccess {
    /// @param caller who signed the request; empty where nobody had to
    /// @param peer the client's address
    boolean allows(FunctionUrl url, Optional<AuthenticatedCaller> caller, String peer);
}
