package hearth.server.auth;

import hearth.cluster.Store;
import hearth.cluster.Topic;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The keys in a database as a running server knows them: read again when the store tells of a change, so that whoever
/// asks waits for nothing. While the database is away, the keys that were known go on being good.
public final class SharedKeys implements AccessKeys {
    private final KeyRing ring;
    private volatile Map<String, AccessKey> keys = Map.of();

    private SharedKeys(KeyRing ring) {
        this.ring = ring;
    }

    public static SharedKeys of(Store store, InstantSource clock) {
        var shared = new SharedKeys(new StoreKeyRing(store.keys(), clock));
        store.onChange(Topic.ACCESS_KEYS, shared::read);
        shared.read();
        return shared;
    }

    /// Not two at once, so that what was read first is not kept last.
    private synchronized void read() {
        keys = ring.list().stream().collect(Collectors.toUnmodifiableMap(AccessKey::id, Function.identity()));
    }

    @Override
    public Optional<AccessKey> find(String id) {
        return Optional.ofNullable(keys.get(id));
    }
}
