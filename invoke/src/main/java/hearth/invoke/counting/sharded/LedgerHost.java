package hearth.invoke.counting.sharded;

import hearth.invoke.counting.FunctionLimits;
import hearth.model.FunctionId;
import hearth.model.worker.ShardId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The ledgers of the accounts whose shards this member owns: each is made when a frontend tells of the account first.
///
/// A new ledger takes an epoch beyond all that it has heard of. It may hear later of one beyond its own, which a
/// predecessor had or another member has that believes itself the owner; then another takes its place, with an epoch
/// beyond that. Every new one asks all frontends that may hold something before it gives what is not proven, so no
/// limit is exceeded while two members believe themselves the owner for a while.
public final class LedgerHost {
    private static final int RANDOM_BITS = 32;

    private final CountingConfig config;
    private final Ownership ownership;
    private final Supplier<Set<HolderId>> mayHold;
    private final Consumer<LedgerMessage> outgoing;
    private final LongSupplier nanos;
    /// Tells the epochs of this process from those of others.
    private final long drawn;

    private final LimitsBook limits;
    /// Those that are owned.
    private final Map<ShardId, Map<AccountInRegion, Hosted>> shards = new ConcurrentHashMap<>();
    /// What runs that frontends know no more, as was told last.
    private final Map<String, Remainder> former = new ConcurrentHashMap<>();

    /// What runs that a frontend knows no more.
    ///
    /// @param over when it does no more for certain, though nobody has said so
    private record Remainder(Map<AccountInRegion, Map<String, Integer>> running, long over) {
        Map<String, Integer> of(AccountInRegion account) {
            return running.getOrDefault(account, Map.of());
        }
    }

    /// How long this member is certain to own its shards.
    @FunctionalInterface
    public interface Ownership {
        /// Until when no other member gives out leases of this shard, by the clock that nobody sets, with all taken off
        /// by which clocks may differ. A moment that is over while nothing is certain.
        long until(ShardId shard);
    }

    /// @param accountLimit how many invocations an account may run at once in a region
    /// @param mayHold all frontends that may hold leases of earlier ledgers: those that are up, and those that are
    ///     gone and may admit still
    /// @param outgoing carries messages to frontends; called under the ledger's lock, must not block
    /// @param nanos a clock that nobody sets
    public LedgerHost(
            CountingConfig config,
            int accountLimit,
            Ownership ownership,
            Supplier<Set<HolderId>> mayHold,
            Consumer<LedgerMessage> outgoing,
            LongSupplier nanos,
            RandomGenerator random) {
        this.config = config;
        this.limits = new LimitsBook(accountLimit);
        this.ownership = ownership;
        this.mayHold = mayHold;
        this.outgoing = outgoing;
        this.nanos = nanos;
        this.drawn = random.nextLong(1L << RANDOM_BITS);
    }

    /// This member owns the shard from now on.
    public void begin(ShardId shard) {
        shards.putIfAbsent(shard, new ConcurrentHashMap<>());
    }

    /// It owns the shard no more.
    public void end(ShardId shard) {
        shards.remove(shard);
    }

    /// A frontend tells what it holds of an account.
    public void received(Holdings told) {
        var shard = told.account().shard();
        var ledgers = shards.get(shard);
        if (ledgers != null) {
            ledgers.computeIfAbsent(told.account(), account -> new Hosted(account, shard))
                    .received(told);
        }
    }

    /// Replaces a function's limits. What runs goes on, even above them.
    public void limit(FunctionId function, FunctionLimits own) {
        var account = AccountInRegion.of(function);
        limits.limit(account, function.name(), own);
        var ledgers = shards.get(account.shard());
        var hosted = ledgers == null ? null : ledgers.get(account);
        if (hosted != null) {
            hosted.limitsChanged();
        }
    }

    /// It is certain that this frontend admits nothing any more in the lives that it had until a moment. What
    /// runs of them is told by `former`, before.
    ///
    /// @param since that moment, on the clock that nobody sets
    public void gone(String frontend, long since) {
        all().forEach(hosted -> hosted.gone(frontend, since));
    }

    /// Of what a frontend knows no more that it has admitted, this much runs: until less is told.
    ///
    /// @param running by account and name of the function
    public void former(String frontend, Map<AccountInRegion, Map<String, Integer>> running) {
        var remainder = new Remainder(
                Map.copyOf(running), nanos.getAsLong() + config.longestHold().toNanos());
        former.put(frontend, remainder);
        all().forEach(hosted -> hosted.former(frontend, remainder));
    }

    /// Nothing counts any more of what a frontend has admitted, for nobody waits for it.
    ///
    /// @param gaveBack whether it is certain that it has given back all
    public void forget(String frontend, boolean gaveBack) {
        all().forEach(hosted -> hosted.forget(frontend, gaveBack));
    }

    /// Nothing counts any more of what earlier lives of a frontend have admitted, which is up again.
    public void forgetSilent(String frontend) {
        all().forEach(hosted -> hosted.forgetSilent(frontend));
    }

    /// Notices what time has changed. To be called several times a second.
    public void sweep() {
        long now = nanos.getAsLong();
        former.values().removeIf(left -> left.running().isEmpty() || now - left.over() >= 0);
        all().forEach(Hosted::sweep);
    }

    /// The ledgers that there are.
    public List<LedgerCounts> counts() {
        return all().stream().flatMap(hosted -> hosted.counts().stream()).toList();
    }

    private List<Hosted> all() {
        return shards.values().stream()
                .flatMap(ledgers -> ledgers.values().stream())
                .toList();
    }

    /// One account's ledger, and those that come after it here. Guarded by itself.
    private final class Hosted {
        private final AccountInRegion account;
        private final ShardId shard;
        private long epoch;
        private @Nullable AccountLedger ledger;

        Hosted(AccountInRegion account, ShardId shard) {
            this.account = account;
            this.shard = shard;
        }

        synchronized void received(Holdings told) {
            long until = ownership.until(shard);
            var current = ledger;
            if (current == null || told.epoch() > epoch) {
                if (nanos.getAsLong() - until >= 0) {
                    return;
                }
                current = follow(current, told.epoch(), until);
            } else {
                current.extend(new ShardLease(epoch, until));
            }
            send(current.received(told));
        }

        private AccountLedger follow(@Nullable AccountLedger last, long heard, long until) {
            epoch = ((Math.max(epoch, heard) >> RANDOM_BITS) + 1) << RANDOM_BITS | drawn;
            var holders = new LinkedHashSet<>(mayHold.get());
            if (last != null) {
                holders.addAll(last.holders());
            }
            var next = new AccountLedger(
                    account, new ShardLease(epoch, until), limits.of(account), holders, config, nanos);
            ledger = next;
            former.forEach((frontend, remainder) -> send(next.former(frontend, remainder.of(account))));
            send(next.begin());
            return next;
        }

        synchronized void limitsChanged() {
            if (ledger != null) {
                ledger.extend(new ShardLease(epoch, ownership.until(shard)));
                send(ledger.limit(limits.of(account)));
            }
        }

        synchronized void gone(String frontend, long since) {
            if (ledger != null) {
                send(ledger.gone(frontend, since, mayHold.get().contains(HolderId.anyLifeOf(frontend))));
            }
        }

        synchronized void former(String frontend, Remainder remainder) {
            if (ledger != null) {
                send(ledger.former(frontend, remainder.of(account)));
            }
        }

        synchronized void forget(String frontend, boolean gaveBack) {
            if (ledger != null) {
                send(ledger.forget(frontend, gaveBack));
            }
        }

        synchronized void forgetSilent(String frontend) {
            if (ledger != null) {
                send(ledger.forgetSilent(frontend));
            }
        }

        synchronized void sweep() {
            if (ledger != null) {
                ledger.extend(new ShardLease(epoch, ownership.until(shard)));
                send(ledger.sweep());
            }
        }

        synchronized List<LedgerCounts> counts() {
            return ledger == null
                    ? List.of()
                    : List.of(new LedgerCounts(
                            account,
                            limits.of(account).limit(),
                            ledger.committed(),
                            ledger.running(),
                            ledger.holders().size(),
                            ledger.isSettled()));
        }

        private void send(List<LedgerMessage> messages) {
            messages.forEach(outgoing);
        }
    }

    /// The limits of all accounts.
    private static final class LimitsBook {
        private final int accountLimit;
        private final Map<AccountInRegion, Map<String, FunctionLimits>> functions = new HashMap<>();

        LimitsBook(int accountLimit) {
            this.accountLimit = accountLimit;
        }

        synchronized void limit(AccountInRegion account, String function, FunctionLimits own) {
            var all = functions.computeIfAbsent(account, _ -> new HashMap<>());
            if (own.equals(FunctionLimits.NONE)) {
                all.remove(function);
            } else {
                all.put(function, own);
            }
        }

        synchronized AccountLimits of(AccountInRegion account) {
            return new AccountLimits(accountLimit, functions.getOrDefault(account, Map.of()));
        }
    }
}
