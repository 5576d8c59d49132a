package hearth.invoke.counting.sharded;

import hearth.invoke.counting.FunctionLimits;
import hearth.invoke.counting.ThrottleReason;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which pools a function's invocations draw on at a frontend, and how many run. Guarded as its `LeaseBatch` is.
final class FunctionUse {
    final String name;

    private FunctionLimits limits;
    private PoolShare beyondProvisioned;
    private Map<String, PoolShare> provisioned = Map.of();
    private int running;
    private int runningUnreserved;

    FunctionUse(String name, FunctionLimits limits, Function<Pool, PoolShare> shares) {
        this.name = name;
        this.limits = limits;
        this.beyondProvisioned = shares.apply(poolBeyondProvisioned());
        goBy(limits, shares);
    }

    /// What runs counts on where it was admitted.
    void goBy(FunctionLimits changed, Function<Pool, PoolShare> shares) {
        limits = changed;
        beyondProvisioned = shares.apply(poolBeyondProvisioned());
        if (changed.provisioned().isEmpty()) {
            provisioned = Map.of();
        } else {
            provisioned = new HashMap<>();
            for (var version : changed.provisioned().keySet()) {
                provisioned.put(version, shares.apply(new Pool.Provisioned(name, version)));
            }
        }
    }

    private Pool poolBeyondProvisioned() {
        return limits.reserved().isPresent() ? new Pool.Reserved(name) : Pool.UNRESERVED;
    }

    /// What is provisioned for the version comes first; null if neither that nor what comes after has a free lease.
    @Nullable
    PoolShare free(String version) {
        var own = provisioned.get(version);
        if (own != null) {
            if (own.hasFree()) {
                return own;
            }
            own.miss();
        }
        return beyondProvisioned.hasFree() ? beyondProvisioned : null;
    }

    /// Where an invocation waits that finds no lease: for what is provisioned for its version, if that is anything.
    PoolShare queue(String version) {
        var own = provisioned.get(version);
        if (own == null) {
            return beyondProvisioned;
        }
        beyondProvisioned.miss();
        return own;
    }

    /// Whether a lease may come soon.
    boolean isAwaited(String version) {
        var own = provisioned.get(version);
        return beyondProvisioned.isAwaited() || (own != null && own.isAwaited());
    }

    /// Which limit it is that keeps an invocation waiting.
    ThrottleReason limit() {
        return limits.reserved().isPresent()
                ? ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED
                : ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED;
    }

    /// Whether there is never a lease for this version.
    boolean isStopped(String version) {
        return limits.reserved().isPresent()
                && limits.reservedForAnyVersion() == 0
                && limits.provisionedFor(version) == 0;
    }

    void take(PoolShare share) {
        share.take();
        running++;
        if (share.pool.equals(Pool.UNRESERVED)) {
            runningUnreserved++;
        }
    }

    /// @return whether a lease is free now that the ledger wants back
    boolean release(PoolShare share) {
        running--;
        if (share.pool.equals(Pool.UNRESERVED)) {
            runningUnreserved--;
        }
        return share.release();
    }

    boolean isIdle() {
        return running == 0;
    }

    /// How many run with unreserved leases though the function has a reservation now.
    int elsewhere() {
        return limits.reserved().isPresent() ? runningUnreserved : 0;
    }
}
