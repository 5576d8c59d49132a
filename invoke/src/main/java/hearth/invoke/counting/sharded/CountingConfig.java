package hearth.invoke.counting.sharded;

import java.time.Duration;

/// The times that ledgers and frontends go by. All of them use the same.
///
/// @param term how long a frontend admits from what it holds without hearing of the ledger
/// @param renewal how often it tells what it holds
/// @param repetition how soon it asks again while invocations wait
/// @param patience how long an invocation waits for a lease that others are to give back
/// @param silence how long it waits for a ledger that says nothing, or does not know enough to decide: one that died is
///     followed by another within that time
/// @param unused how long a frontend keeps what it does not use; twice as long at most
/// @param usualHold how long invocations may hold their leases, unless agreed for longer
/// @param longestHold how long any may: the longest time-out and all that may be added to it
/// @param drift by which part a clock that nobody sets may be too fast or too slow
/// @param margin for all that is not a clock's fault: what a ledger waits beyond a term or a hold
public record CountingConfig(
        Duration term,
        Duration renewal,
        Duration repetition,
        Duration patience,
        Duration silence,
        Duration unused,
        Duration usualHold,
        Duration longestHold,
        double drift,
        Duration margin) {
    /// What an invocation may hold its lease for beside the function's time-out: waits for an environment, and what
    /// the Frontend adds.
    private static final Duration BESIDE_TIMEOUT = Duration.ofMinutes(3);

    /// The drift is more than the twelfth by which chrony lets `CLOCK_MONOTONIC` be too fast or too slow while it
    /// corrects the time of day (`maxslewrate`).
    public static final CountingConfig DEFAULT = new CountingConfig(
            Duration.ofSeconds(15),
            Duration.ofSeconds(3),
            Duration.ofMillis(50),
            Duration.ofMillis(250),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofMinutes(3),
            Duration.ofMinutes(18),
            0.1,
            Duration.ofSeconds(5));

    public CountingConfig {
        if (silence.compareTo(patience) < 0) {
            throw new IllegalArgumentException("silence is " + silence + "; it must be at least patience, " + patience);
        }
        if (drift < 0 || drift >= 1) {
            throw new IllegalArgumentException("drift is " + drift + "; it must be 0 or more, and less than 1");
        }
        if (usualHold.compareTo(term) < 0) {
            // What a frontend says while it is in its term may arrive a term later, and must meet a ledger that
            // remembers.
            throw new IllegalArgumentException("usualHold is " + usualHold + "; it must be at least term, " + term);
        }
        if (longestHold.compareTo(usualHold) < 0) {
            throw new IllegalArgumentException(
                    "longestHold is " + longestHold + "; it must be at least usualHold, " + usualHold);
        }
    }

    /// The same times, where functions may be given so long a time-out.
    public CountingConfig withLongestTimeout(Duration timeout) {
        var longest = timeout.plus(BESIDE_TIMEOUT);
        return new CountingConfig(
                term,
                renewal,
                repetition,
                patience,
                silence,
                unused,
                usualHold,
                longest.compareTo(usualHold) < 0 ? usualHold : longest,
                drift,
                margin);
    }

    /// After how long a frontend that nobody hears admits nothing any more, whatever the clocks.
    public Duration overAfter() {
        return Duration.ofNanos(waitedTerm());
    }

    /// How long a frontend holds on to a term by its own clock, which may be too slow.
    long heldTerm(Duration given) {
        return (long) (given.toNanos() * (1 - drift));
    }

    /// How long a ledger waits until a term is over whatever the clocks, its own too fast.
    long waitedTerm() {
        return (long) (term.toNanos() * (1 + drift)) + margin.toNanos();
    }

    /// How long a ledger waits until an invocation is over whatever the clocks, its own too fast and the
    /// frontend's too slow.
    long waitedHold(Duration hold) {
        return (long) (hold.toNanos() * (1 + drift) / (1 - drift)) + margin.toNanos();
    }
}
