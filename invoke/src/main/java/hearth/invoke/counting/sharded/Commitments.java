package hearth.invoke.counting.sharded;

import java.util.HashMap;
import java.util.Map;

/// A sum of leases over all frontends, and what the limits leave beside it.
final class Commitments {
    private final PoolSizes sizes;
    private final Map<Pool, Integer> byPool = new HashMap<>();
    private final Map<String, Integer> byFunction = new HashMap<>();
    /// By function, what runs with unreserved leases of before it had a reservation.
    private final Map<String, Integer> elsewhere = new HashMap<>();

    private int total;
    /// What functions hold of pools of their own beyond what is set aside for them: of pools that were larger
    /// before.
    private int beyondSetAside;

    Commitments(PoolSizes sizes) {
        this.sizes = sizes;
    }

    /// Counts what runs of a function with a reservation with unreserved leases, which are counted as such.
    void addElsewhere(Map<String, Integer> running) {
        running.forEach((function, some) -> elsewhere.merge(function, some, Integer::sum));
    }

    void add(Pool pool, int leases) {
        byPool.merge(pool, leases, Integer::sum);
        total += leases;
        switch (pool) {
            case Pool.Unreserved() -> {}
            case Pool.Reserved(var function) -> addTo(function, leases);
            case Pool.Provisioned(var function, var _) -> addTo(function, leases);
        }
    }

    private void addTo(String function, int leases) {
        beyondSetAside -= beyondSetAside(function);
        byFunction.merge(function, leases, Integer::sum);
        beyondSetAside += beyondSetAside(function);
    }

    private int beyondSetAside(String function) {
        return Math.max(0, of(function) - sizes.setAside(function));
    }

    int total() {
        return total;
    }

    int of(Pool pool) {
        return byPool.getOrDefault(pool, 0);
    }

    private int of(String function) {
        return byFunction.getOrDefault(function, 0);
    }

    /// How many leases of this pool all may hold together now. What others hold of pools that were larger before
    /// comes off what is unreserved: what is set aside for a function stays its own.
    int capacity(Pool pool) {
        return pool.equals(Pool.UNRESERVED) ? Math.max(0, sizes.of(pool) - beyondSetAside) : sizes.of(pool);
    }

    /// How many more leases of this pool may be given, for neither the pool, nor its function, nor the account to
    /// exceed its limit; negative if one does.
    int room(Pool pool) {
        int room = Math.min(sizes.limit() - total, capacity(pool) - of(pool));
        return switch (pool) {
            case Pool.Unreserved() -> room;
            case Pool.Reserved(var function) -> Math.min(room, roomOf(function));
            case Pool.Provisioned(var function, var _) -> Math.min(room, roomOf(function));
        };
    }

    private int roomOf(String function) {
        return sizes.isReserved(function)
                ? sizes.setAside(function) - of(function) - elsewhere.getOrDefault(function, 0)
                : Integer.MAX_VALUE;
    }
}
