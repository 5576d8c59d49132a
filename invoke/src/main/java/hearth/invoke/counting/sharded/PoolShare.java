package hearth.invoke.counting.sharded;

import hearth.invoke.counting.sharded.LedgerMessage.Outlook;
import java.util.ArrayDeque;

/// What a frontend has of one pool. Guarded as its `LeaseBatch` is.
final class PoolShare {
    /// The least that is kept ready beyond what was last needed.
    private static final int LEAST_READY = 2;

    /// How many that went elsewhere the ledger is told of at most: they were perhaps one after the other.
    private static final int MOST_MISSED = 8;

    final Pool pool;
    /// Those that wait for a lease of this pool, the first first.
    final ArrayDeque<WaitingAdmission> waiting = new ArrayDeque<>();

    private int leases;
    private int running;
    /// The most that ran at once lately, and in the time before.
    private int peak;

    private int earlierPeak;
    /// How many found none of it free, and wait for another pool's or have it, since the ledger was last told.
    private int missed;

    /// What the ledger said of those that wait, and when that was asked which it answered.
    private Outlook outlook = Outlook.OPEN;

    private long outlookAsked;

    PoolShare(Pool pool) {
        this.pool = pool;
    }

    boolean hasFree() {
        return running < leases;
    }

    int leases() {
        return leases;
    }

    int running() {
        return running;
    }

    void take() {
        running++;
        peak = Math.max(peak, running);
    }

    /// @return whether a lease is free now that the ledger wants back
    boolean release() {
        running--;
        return running >= leases;
    }

    void miss() {
        missed = Math.min(missed + 1, MOST_MISSED);
    }

    void allot(int allotted) {
        leases = allotted;
    }

    void hear(Outlook told, long asked) {
        outlook = told;
        outlookAsked = asked;
    }

    /// How many it holds: what runs beyond its leases counts until it ends.
    int held() {
        return Math.max(leases, running);
    }

    /// How many it would like to hold: half as many again as it needed lately.
    int wanted() {
        int needed = Math.max(Math.max(peak, earlierPeak), running + waiting.size() + missed);
        return needed == 0 ? 0 : needed + Math.max(LEAST_READY, needed / 2);
    }

    /// Whether so few are free that more should be there soon.
    boolean isLow() {
        return leases - running < Math.max(1, peak / 4) && leases < wanted();
    }

    /// What the ledger is told, and gives back what is not wanted.
    Holding tell() {
        int wanted = wanted();
        leases = Math.min(leases, Math.max(running, wanted));
        var holding = new Holding(held(), running, waiting.size() + missed, wanted);
        missed = 0;
        return holding;
    }

    void beginNextPeak() {
        earlierPeak = peak;
        peak = running;
    }

    /// Wants no more than is in use.
    void leave() {
        leases = 0;
        peak = running;
        earlierPeak = running;
        missed = 0;
    }

    boolean isEmpty() {
        return leases == 0 && running == 0 && waiting.isEmpty();
    }

    /// Whether leases of others may come soon.
    boolean isAwaited() {
        return outlook == Outlook.RECALLING;
    }

    /// Whether the ledger knows of an invocation that waits since then, and has nothing for it because others use
    /// it.
    boolean isLimit(long since) {
        return switch (outlook) {
            case RECALLING, EXHAUSTED -> outlookAsked - since >= 0;
            case OPEN, UNSETTLED -> false;
        };
    }
}
