package hearth.server.urls;

import hearth.server.auth.AuthenticatedCaller;
import java.util.Optional;
import java.util.function.Consumer;

/// Tells who may call a function URL. Called on event loops: must not block.
@FunctionalInterface
interface UrlAccess {
    enum Verdict {
        ALLOWED,
        REFUSED,
        /// Nobody can say at the moment.
        UNKNOWN
    }

    /// @param caller who signed the request; empty where nobody had to
    /// @param peer the client's address
    /// @param listener told exactly once, on this thread or another; must not block
    void decide(FunctionUrl url, Optional<AuthenticatedCaller> caller, String peer, Consumer<Verdict> listener);
}
