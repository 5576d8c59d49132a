package hearth.server.api;

import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Makes request ids: random UUIDs (version 4). They must be unique, not secret, so any good generator will do.
public final class RequestIds implements Supplier<String> {
    private final RandomGenerator random;

    /// @param random used under a lock
    public RequestIds(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public String get() {
        long high;
        long low;
        synchronized (random) {
            high = random.nextLong();
            low = random.nextLong();
        }
        return new UUID((high & ~0xf000L) | 0x4000L, (low & ~(0b11L << 62)) | (0b10L << 62)).toString();
    }
}
