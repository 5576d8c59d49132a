package hearth.invoke.counting.sharded;

import hearth.invoke.counting.sharded.LedgerMessage.Allotment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What a ledger knows of one frontend: what it said last, and what it was told since.
final class HolderRecord {
    private static final Holding NOTHING = new Holding(0, 0, 0, 0);

    /// Allotments that the frontend may or may not have followed. It follows no earlier one than it said it had.
    private final ArrayDeque<Allotment> unconfirmed = new ArrayDeque<>();

    private Holdings told;
    /// When that was heard, by the ledger's clock.
    private long heard;

    private Optional<Allotment> last = Optional.empty();
    /// When it was sent something last.
    private long spoken;

    private Map<Pool, Integer> bounds = Map.of();
    /// By pool, how many invocations that wait have no lease on its way: never more than at what was told last.
    private final Map<Pool, Integer> unmet = new HashMap<>();

    HolderRecord(Holdings told, long heard) {
        this.told = told;
        this.heard = heard;
        this.spoken = heard;
        noteWaiting();
        boundAgain();
    }

    HolderId holder() {
        return told.holder();
    }

    Holdings told() {
        return told;
    }

    long heard() {
        return heard;
    }

    /// @return false if it has been heard already, or was overtaken
    boolean hears(Holdings next, long now) {
        if (next.number() <= told.number()) {
            return false;
        }
        told = next;
        heard = now;
        unconfirmed.removeIf(allotment -> allotment.number() <= next.allotment());
        noteWaiting();
        boundAgain();
        return true;
    }

    private void noteWaiting() {
        unmet.clear();
        told.pools().forEach((pool, holding) -> lacks(pool, holding.waiting()));
    }

    /// When it was sent something last, by the ledger's clock.
    long spoken() {
        return spoken;
    }

    void inquire(long now) {
        spoken = now;
    }

    void allot(Allotment allotment, long now) {
        spoken = now;
        last = Optional.of(allotment);
        unconfirmed.add(allotment);
        boundAgain();
    }

    private void boundAgain() {
        Map<Pool, Integer> most = new HashMap<>();
        told.pools().forEach((pool, holding) -> most.put(pool, holding.leases()));
        for (var allotment : unconfirmed) {
            allotment.pools().forEach((pool, allotted) -> most.merge(pool, allotted.leases(), Math::max));
        }
        bounds = Collections.unmodifiableMap(most);
    }

    /// By pool, the most that it may hold.
    Map<Pool, Integer> bounds() {
        return bounds;
    }

    int bound(Pool pool) {
        return bounds.getOrDefault(pool, 0);
    }

    boolean mayHoldAny() {
        return bounds.values().stream().anyMatch(leases -> leases > 0);
    }

    int running() {
        return told.pools().values().stream().mapToInt(Holding::running).sum();
    }

    /// The number of the earliest limits that it may still go by. Without a lease it admits nothing before it has
    /// followed an allotment, and with that its limits.
    long limits() {
        boolean hasLease = told.pools().values().stream().anyMatch(holding -> holding.leases() > 0);
        return hasLease
                ? told.limits()
                : unconfirmed.stream().mapToLong(Allotment::limitsNumber).min().orElse(Long.MAX_VALUE);
    }

    Map<String, Integer> elsewhere() {
        return told.elsewhere();
    }

    /// What it is to hold at most, once it has followed what it was told last.
    int target(Pool pool) {
        int leases = holding(pool).leases();
        if (last.isEmpty()) {
            return leases;
        }
        int allotted = last.get().leases(pool);
        return last.get().number() > told.allotment() ? allotted : Math.min(allotted, leases);
    }

    Holding holding(Pool pool) {
        return told.pools().getOrDefault(pool, NOTHING);
    }

    /// How many it is to hold, or still uses, whichever is more.
    int given(Pool pool) {
        return Math.max(target(pool), holding(pool).running());
    }

    /// How many more than it is to hold it gives back as soon as it hears of it.
    int inReturn(Pool pool) {
        return Math.max(0, bound(pool) - given(pool));
    }

    LedgerMessage.Outlook outlook(Pool pool) {
        return last.map(allotment -> allotment.pools().get(pool))
                .map(LedgerMessage.Allotted::outlook)
                .orElse(LedgerMessage.Outlook.OPEN);
    }

    /// How long an invocation that it has admitted may hold its lease.
    Duration longest() {
        var longest = told.longest();
        for (var allotment : unconfirmed) {
            if (allotment.longest().compareTo(longest) > 0) {
                longest = allotment.longest();
            }
        }
        return longest;
    }

    void lacks(Pool pool, int leases) {
        if (leases > 0) {
            unmet.put(pool, leases);
        } else {
            unmet.remove(pool);
        }
    }

    int lacks(Pool pool) {
        return unmet.getOrDefault(pool, 0);
    }

    Map<Pool, Integer> lacks() {
        return Map.copyOf(unmet);
    }
}
