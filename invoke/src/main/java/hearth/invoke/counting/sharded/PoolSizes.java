package hearth.invoke.counting.sharded;

import hearth.invoke.counting.FunctionLimits;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/// How large each pool of an account is. All together are as large as the account's limit, whatever is set: where
/// more is set aside than there is, the functions that come last by name get less.
final class PoolSizes {
    private final AccountLimits limits;
    private final Map<Pool, Integer> sizes = new HashMap<>();
    private final Map<String, Integer> setAside = new HashMap<>();
    private final int unreserved;

    PoolSizes(AccountLimits limits) {
        this.limits = limits;
        int left = limits.limit();
        for (var one : new TreeMap<>(limits.functions()).entrySet()) {
            left -= setAside(one.getKey(), one.getValue(), left);
        }
        unreserved = left;
    }

    private int setAside(String function, FunctionLimits own, int most) {
        int all = Math.min(own.setAside(), most);
        int rest = all;
        for (var provisioned : new TreeMap<>(own.provisioned()).entrySet()) {
            int size = Math.min(provisioned.getValue(), rest);
            sizes.put(new Pool.Provisioned(function, provisioned.getKey()), size);
            rest -= size;
        }
        if (own.reserved().isPresent()) {
            sizes.put(new Pool.Reserved(function), rest);
        }
        setAside.put(function, all);
        return all;
    }

    int limit() {
        return limits.limit();
    }

    int of(Pool pool) {
        return pool.equals(Pool.UNRESERVED) ? unreserved : sizes.getOrDefault(pool, 0);
    }

    /// What a function has for itself alone.
    int setAside(String function) {
        return setAside.getOrDefault(function, 0);
    }

    boolean isReserved(String function) {
        return limits.of(function).reserved().isPresent();
    }
}
