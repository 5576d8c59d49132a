package hearth.server;

import hearth.model.worker.EnvironmentSpec;
import hearth.server.auth.AccessKeys;
import hearth.server.auth.AuthenticatedCaller;
import hearth.server.auth.Authenticator;
import hearth.server.auth.Holder;
import hearth.server.auth.SigV4Authenticator;
import hearth.server.auth.TrustingAuthenticator;
import java.time.InstantSource;
import java.util.function.Function;

/// The authenticators of those who call the API.
///
/// @param outside who connect to the listener
/// @param inside functions that connect from their sandboxes
record Callers(Authenticator outside, Function<EnvironmentSpec, Authenticator> inside) {
    /// Every request is signed with one of these keys.
    static Callers signing(AccessKeys keys, InstantSource clock) {
        var authenticator = new SigV4Authenticator(keys, clock);
        return new Callers(authenticator, _ -> authenticator);
    }

    static Callers believed(TrustingAuthenticator authenticator) {
        return new Callers(authenticator, environment -> authenticator.confinedTo(caller(environment)));
    }

    private static AuthenticatedCaller caller(EnvironmentSpec environment) {
        var version = environment.function();
        var function = version.function();
        return new AuthenticatedCaller(
                function.account(), function.region(), new Holder.Function(version.role(), function.name()));
    }
}
