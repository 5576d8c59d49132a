package hearth.invoke.counting.sharded;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// What a ledger that follows another has yet to find out: what frontends hold of its predecessors.
///
/// Until all have told, or all that they may have admitted has ended, no more is given than those hold that have
/// told: that much was theirs, and so nobody else's.
final class Recovery {
    private final Set<HolderId> untold;
    private final Map<Pool, Integer> proven = new HashMap<>();
    /// When all is over that the predecessors allowed, by the ledger's clock.
    private final long end;

    Recovery(Set<HolderId> mayHold, long end) {
        this.untold = new LinkedHashSet<>(mayHold);
        this.end = end;
    }

    void told(Holdings first) {
        if (untold.removeIf(one -> one.means(first.holder()))) {
            first.pools().forEach((pool, holding) -> proven.merge(pool, holding.leases(), Integer::sum));
        }
    }

    /// It is known of elsewhere what a frontend has.
    void gone(HolderId holder) {
        untold.remove(holder);
    }

    /// Nothing counts of what earlier lives of a frontend have.
    void forget(String frontend) {
        untold.removeIf(one -> one.frontend().equals(frontend));
    }

    boolean isOver(long now) {
        return untold.isEmpty() || now - end >= 0;
    }

    Set<HolderId> untold() {
        return Collections.unmodifiableSet(untold);
    }

    /// How many leases of this pool are known not to be held by those who have not told.
    int proven(Pool pool) {
        return proven.getOrDefault(pool, 0);
    }
}
