package hearth.server;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/// Random numbers for names and ids, for any number of threads. Quick; not for secrets.
final class SharedRandom implements RandomGenerator {
    private final RandomGenerator source;

    SharedRandom(RandomGenerator source) {
        this.source = source;
    }

    /// Seeded so that no two servers go through the same numbers.
    static SharedRandom seeded() {
        return new SharedRandom(new java.util.SplittableRandom(new SecureRandom().nextLong()));
    }

    @Override
    public synchronized long nextLong() {
        return source.nextLong();
    }
}
