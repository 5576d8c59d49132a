package hearth.server.auth;

import hearth.model.worker.EnvironmentSpec;
import hearth.worker.environment.CredentialIssuer;
import hearth.worker.environment.FunctionCredentials;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/// The keys of running environments. They are in memory alone and end with their environments; for a while it is
/// known of one that it has ended, so that whoever took it along is told that it expired.
public final class FunctionKeys implements AccessKeys, CredentialIssuer {
    private static final int MOST_ENDED = 10_000;

    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<String, AccessKey> keys = new ConcurrentHashMap<>();
    /// The keys that ended last.
    private final Map<String, AccessKey> ended = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, AccessKey> eldest) {
            return size() > MOST_ENDED;
        }
    }; // guarded by itself

    /// @param random that nobody can guess
    public FunctionKeys(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    @Override
    public FunctionCredentials issue(EnvironmentSpec environment) {
        var key = KeyMaker.forFunction(environment, clock.instant(), random);
        adopt(key);
        return new FunctionCredentials(key.id(), key.secret(), String.valueOf(key.sessionToken()));
    }

    /// A key that was made elsewhere, on another host, is good from now on.
    public void adopt(AccessKey key) {
        keys.put(key.id(), key);
    }

    @Override
    public void end(FunctionCredentials credentials) {
        end(credentials.accessKeyId());
    }

    /// The key is good no longer. Safe to repeat.
    public void end(String id) {
        var key = keys.remove(id);
        if (key != null) {
            synchronized (ended) {
                ended.put(key.id(), key.ended(clock.instant()));
            }
        }
    }

    @Override
    public Optional<AccessKey> find(String id) {
        var key = keys.get(id);
        if (key != null || !KeyMaker.isTemporary(id)) {
            return Optional.ofNullable(key);
        }
        synchronized (ended) {
            return Optional.ofNullable(ended.get(id));
        }
    }
}
