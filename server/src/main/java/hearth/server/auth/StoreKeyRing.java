package hearth.server.auth;

import hearth.cluster.StoredKeys;
import hearth.model.AccountId;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The keys in a database, which all servers accept that share it.
///
/// @param clock for when keys were made, and end
public record StoreKeyRing(StoredKeys keys, InstantSource clock) implements KeyRing {
    @Override
    public List<AccessKey> list() {
        return keys.lines().stream().map(KeyLine::parse).toList();
    }

    @Override
    public AccessKey create(AccountId account, Holder holder, @Nullable Duration lifetime, RandomGenerator random) {
        var created = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        var key = KeyMaker.make(account, created, lifetime, random).heldBy(holder);
        keys.add(key.id(), KeyLine.of(key));
        return key;
    }

    @Override
    public boolean delete(String id) {
        return keys.remove(id);
    }
}
