package hearth.invoke.counting.sharded;

import hearth.invoke.counting.Admission;
import hearth.invoke.counting.Admissions;
import hearth.model.FunctionVersion;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Admits a frontend's invocations from the leases that it holds of each account's ledger, which may be on another
/// machine. Admitting from a lease that is held sends nothing and waits for nothing.
public final class ShardedAdmissions implements Admissions {
    private final HolderId holder;
    private final CountingConfig config;
    private final LedgerLink ledgers;
    private final LongSupplier nanos;
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentHashMap<AccountInRegion, LeaseBatch> batches = new ConcurrentHashMap<>();

    /// @param nanos a clock that nobody sets
    public ShardedAdmissions(HolderId holder, CountingConfig config, LedgerLink ledgers, LongSupplier nanos) {
        this.holder = holder;
        this.config = config;
        this.ledgers = ledgers;
        this.nanos = nanos;
    }

    @Override
    public Admission admit(FunctionVersion version, long holdNanos) {
        var account = AccountInRegion.of(version.function());
        while (true) {
            var batch = batch(account);
            Admission admission;
            synchronized (batch) {
                if (batch.isRetired()) {
                    batches.remove(account, batch);
                    continue;
                }
                admission = batch.admit(version, holdNanos);
            }
            if (batch.hasNews()) {
                tell(batch);
            }
            return admission;
        }
    }

    /// What a ledger tells. By any thread.
    public void received(LedgerMessage message) {
        while (true) {
            // Without a batch too: then nothing is held, and the ledger is to hear of it.
            var batch = batch(message.account());
            synchronized (batch) {
                if (batch.isRetired()) {
                    batches.remove(message.account(), batch);
                    continue;
                }
            }
            batch.received(message);
            tell(batch);
            return;
        }
    }

    /// Ends waits that took too long, and tells the ledgers what is to be told. To be called every 20 ms or so.
    public void sweep() {
        batches.forEach((account, batch) -> {
            batch.sweep();
            tell(batch);
            if (batch.retire()) {
                batches.remove(account, batch);
            }
        });
    }

    /// How many invocations run that were admitted here.
    public int running() {
        return batches.values().stream().mapToInt(LeaseBatch::running).sum();
    }

    /// Who holds them.
    public HolderId holder() {
        return holder;
    }

    /// How many leases are held, those that are in use among them.
    public int held() {
        return batches.values().stream().mapToInt(LeaseBatch::held).sum();
    }

    /// Nothing is admitted any more: what is held is given back as far as nothing runs with it.
    public void leave() {
        batches.values().forEach(batch -> {
            batch.leave();
            tell(batch);
        });
    }

    /// Ledgers are told soon what is held: they may know nothing of it.
    public void tellAgain() {
        batches.values().forEach(LeaseBatch::tellAgain);
    }

    /// How many accounts have a batch.
    int batches() {
        return batches.size();
    }

    private LeaseBatch batch(AccountInRegion account) {
        var known = batches.get(account);
        return known != null
                ? known
                : batches.computeIfAbsent(
                        account, _ -> new LeaseBatch(account, holder, config, numbers::incrementAndGet, nanos));
    }

    private void tell(LeaseBatch batch) {
        batch.report().ifPresent(ledgers::send);
    }
}
