package hearth.invoke.counting.sharded;

import hearth.invoke.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/// The ledgers of one account, one after the other: who may decide is told by a lease that is certain.
final class SimulatedShard {
    static final Duration LEASE = Duration.ofMillis(600);

    private final AccountInRegion account;
    private final ManualClock clock;
    private final Random random;
    private final CountingConfig config;
    private final LimitsHistory limits;
    private final Consumer<Owner> begun;
    private final Consumer<LedgerMessage> network;
    private final List<Owner> owners = new ArrayList<>();
    /// Every frontend that was not certainly ended, with all that it admitted.
    private final Set<HolderId> registered = new LinkedHashSet<>();

    private long epoch;
    private long leaseEnd;

    /// @param begun hears of each new owner
    /// @param network carries what ledgers tell
    SimulatedShard(
            AccountInRegion account,
            ManualClock clock,
            Random random,
            CountingConfig config,
            LimitsHistory limits,
            Consumer<Owner> begun,
            Consumer<LedgerMessage> network) {
        this.account = account;
        this.clock = clock;
        this.random = random;
        this.config = config;
        this.limits = limits;
        this.begun = begun;
        this.network = network;
    }

    /// One machine's ledger.
    final class Owner {
        private final DriftingClock own = new DriftingClock(clock, random, config.drift());
        private final AccountLedger ledger =
                new AccountLedger(account, lease(), limits.now(), new LinkedHashSet<>(registered), config, own::nanos);
        private boolean crashed;
        /// Cut off from whoever grants the lease and keeps the limits.
        private boolean cutOff;

        private ShardLease lease() {
            return new ShardLease(epoch, own.nanos() + (long) (LEASE.toNanos() * (1 - config.drift())));
        }

        void received(Holdings told) {
            if (!crashed) {
                ledger.received(told).forEach(network);
            }
        }
    }

    void register(HolderId holder) {
        registered.add(holder);
    }

    /// A frontend is certainly gone; what it admitted may still run.
    void gone(HolderId holder, Map<String, Integer> stillRunning) {
        if (stillRunning.isEmpty()) {
            registered.remove(holder);
        }
        if (isReachable()) {
            current().ledger.gone(holder, stillRunning).forEach(network);
        }
    }

    /// Extends the lease, or lets another have it. To be called often.
    void tick() {
        if (!owners.isEmpty() && isReachable()) {
            leaseEnd = clock.nanos() + LEASE.toNanos();
            current().ledger.extend(current().lease());
        } else if (clock.nanos() >= leaseEnd) {
            epoch++;
            leaseEnd = clock.nanos() + LEASE.toNanos();
            var owner = new Owner();
            owners.add(owner);
            begun.accept(owner);
            owner.ledger.begin().forEach(network);
        }
    }

    void sweep() {
        for (var owner : owners) {
            if (!owner.crashed) {
                owner.ledger.sweep().forEach(network);
            }
        }
    }

    void limitsChanged() {
        if (isReachable()) {
            current().ledger.limit(limits.now()).forEach(network);
        }
    }

    void crash() {
        current().crashed = true;
    }

    /// The owner cannot renew its lease any more, and does not hear of new limits; the frontends it may still
    /// reach.
    void cutOff() {
        current().cutOff = true;
    }

    /// The owner gives its lease back before it ends.
    void handOver() {
        if (isReachable()) {
            current().ledger.extend(new ShardLease(epoch, current().own.nanos()));
            current().cutOff = true;
            leaseEnd = clock.nanos();
        }
    }

    boolean isSettled() {
        return current().ledger.isSettled();
    }

    int committed() {
        return current().ledger.committed();
    }

    int handOvers() {
        return owners.size();
    }

    private boolean isReachable() {
        return !current().crashed && !current().cutOff;
    }

    private Owner current() {
        return owners.getLast();
    }
}
