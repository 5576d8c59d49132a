package hearth.members;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Until when a member is certainly not replaced, by the pings that a majority of the members has answered; see
/// `Timing`. Times are of `System.nanoTime`.
///
/// Used by one thread at a time, but for `until`.
final class Certainty<M> {
    /// As many pings as can be answered in time.
    private static final int REMEMBERED = 64;

    private final long trust;
    private final long[] sent = new long[REMEMBERED];
    private final Map<M, Long> answered = new HashMap<>();
    private long number;
    private Set<M> others = Set.of();
    private boolean member;
    private volatile long until;

    Certainty(Duration trust, long now) {
        this.trust = trust.toNanos();
        this.until = now;
    }

    /// @param others the members that count, without this one
    /// @param member whether this one counts
    void members(Set<M> others, boolean member, long now) {
        this.others = Set.copyOf(others);
        this.member = member;
        answered.keySet().retainAll(others);
        decide(now);
    }

    /// A ping is sent to all others.
    ///
    /// @return its number
    long ping(long now) {
        number++;
        sent[(int) (number % REMEMBERED)] = now;
        decide(now);
        return number;
    }

    void answered(M by, long number, long now) {
        if (number <= this.number && number > this.number - REMEMBERED && others.contains(by)) {
            answered.merge(by, sent[(int) (number % REMEMBERED)], (one, other) -> other - one > 0 ? other : one);
            decide(now);
        }
    }

    /// What is known already is not taken back by pings, which prove what they prove; it is by no longer being a
    /// member.
    private void decide(long now) {
        if (!member) {
            until = now;
            return;
        }
        int needed = (others.size() + 1) / 2;
        if (needed == 0) {
            until = now + trust;
            return;
        }
        // How long ago each of the others was asked what it has answered: the least come first.
        long[] ages =
                answered.values().stream().mapToLong(at -> now - at).sorted().toArray();
        if (ages.length >= needed) {
            long proven = now - ages[needed - 1] + trust;
            if (proven - until > 0) {
                until = proven;
            }
        }
    }

    long until() {
        return until;
    }

    @Override
    public String toString() {
        return "ping %d, %s".formatted(number, Arrays.toString(answered.values().toArray()));
    }
}
