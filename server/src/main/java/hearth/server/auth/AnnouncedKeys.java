package hearth.server.auth;

import hearth.model.worker.EnvironmentSpec;
import hearth.worker.environment.CredentialIssuer;
import hearth.worker.environment.FunctionCredentials;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// The keys of environments on a host where nobody checks signatures: it makes them, and tells those who do.
///
/// @param random that nobody can guess
public record AnnouncedKeys(InstantSource clock, RandomGenerator random, Checking checking)
        implements CredentialIssuer {
    /// Whoever checks signatures. Must not block.
    public interface Checking {
        /// A key is good from now on; told before its function has it.
        void made(AccessKey key, String role, String function);

        /// A key is good no longer.
        void ended(String id);
    }

    @Override
    public FunctionCredentials issue(EnvironmentSpec environment) {
        var key = KeyMaker.forFunction(environment, clock.instant(), random);
        var version = environment.function();
        checking.made(key, version.role(), version.function().name());
        return new FunctionCredentials(key.id(), key.secret(), String.valueOf(key.sessionToken()));
    }

    @Override
    public void end(FunctionCredentials credentials) {
        checking.ended(credentials.accessKeyId());
    }
}
