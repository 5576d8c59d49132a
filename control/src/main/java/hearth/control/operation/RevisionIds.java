package hearth.control.operation;

import java.util.UUID;
import java.util.random.RandomGenerator;

/// Makes revision ids: random UUIDs, a new one with each change that the API counts as one.
public final class RevisionIds {
    private final RandomGenerator randomness;

    /// @param randomness used by many threads at once
    public RevisionIds(RandomGenerator randomness) {
        this.randomness = randomness;
    }

    public String next() {
        long high = (randomness.nextLong() & ~0xF000L) | 0x4000L;
        long low = (randomness.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
