package hearth.invoke.counting.sharded;

import hearth.invoke.counting.FunctionLimits;
import hearth.invoke.counting.sharded.LedgerMessage.Allotment;
import hearth.invoke.counting.sharded.LedgerMessage.Allotted;
import hearth.invoke.counting.sharded.LedgerMessage.Inquiry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/// The one that decides how an account's concurrency is shared out among the frontends.
///
/// It knows the most that each frontend may hold: what that said it holds, or what it was told since and may have
/// followed, whichever is more. It gives no more than is left of the limits, and counts as free only what a
/// frontend says it has given up. Of one that is silent it counts all until the term is over, in which that may
/// still admit, and then as long as an invocation may run that was admitted at its end.
///
/// A state machine of one thread at a time: each method returns the messages that are to be sent.
public final class AccountLedger {
    private final AccountInRegion account;
    private final CountingConfig config;
    private final LongSupplier nanos;
    private final Recovery recovery;
    private final Map<HolderId, HolderRecord> records = new LinkedHashMap<>();
    private final Set<HolderId> gone = new HashSet<>();

    /// By function that has a reservation, the number of the first limits in which it had it.
    private final Map<String, Long> reservedSince = new HashMap<>();

    private ShardLease shard;
    private AccountLimits limits;
    private PoolSizes sizes;
    private long limitsNumber;
    private long allotments;

    /// @param mayHold all frontends that may hold something of earlier epochs; a frontend that is not among them
    ///     must not have been told anything by an earlier ledger
    /// @param nanos a clock that nobody sets
    public AccountLedger(
            AccountInRegion account,
            ShardLease shard,
            AccountLimits limits,
            Set<HolderId> mayHold,
            CountingConfig config,
            LongSupplier nanos) {
        this.account = account;
        this.shard = shard;
        this.config = config;
        this.nanos = nanos;
        this.recovery = new Recovery(
                mayHold, nanos.getAsLong() + config.waitedTerm() + config.waitedHold(config.longestHold()));
        this.limits = limits;
        this.sizes = new PoolSizes(limits);
        noteLimits();
    }

    /// The questions that a new ledger asks of those that may hold something.
    public List<LedgerMessage> begin() {
        return inquiries();
    }

    /// Its right to decide was renewed.
    public void extend(ShardLease renewed) {
        if (renewed.epoch() == shard.epoch()) {
            shard = renewed;
        }
    }

    /// A frontend tells what it holds.
    public List<LedgerMessage> received(Holdings told) {
        long now = nanos.getAsLong();
        if (!decides(now) || told.epoch() > shard.epoch() || gone.contains(told.holder())) {
            return List.of();
        }
        if (told.epoch() < shard.epoch()) {
            // It may still follow an earlier ledger, so that what it says proves nothing.
            return List.of(new Inquiry(account, told.holder(), shard.epoch()));
        }
        var record = records.get(told.holder());
        if (record == null) {
            recovery.told(told);
            record = new HolderRecord(told, now);
            records.put(told.holder(), record);
        } else if (!record.hears(told, now)) {
            return List.of();
        }
        forgetSilent(now);
        var answers = new ArrayList<LedgerMessage>();
        allot(record, now, answers);
        serveWaiting(now, answers);
        return answers;
    }

    /// The limits are others now. What runs goes on, even above them.
    public List<LedgerMessage> limit(AccountLimits changed) {
        if (changed.equals(limits)) {
            return List.of();
        }
        limits = changed;
        sizes = new PoolSizes(changed);
        noteLimits();
        long now = nanos.getAsLong();
        if (!decides(now)) {
            return List.of();
        }
        var messages = new ArrayList<LedgerMessage>();
        for (var record : heardOf(now)) {
            allot(record, now, messages);
        }
        return messages;
    }

    private void noteLimits() {
        limitsNumber++;
        reservedSince.keySet().removeIf(function -> !isReserved(limits.of(function)));
        limits.functions().forEach((function, own) -> {
            if (isReserved(own)) {
                reservedSince.putIfAbsent(function, limitsNumber);
            }
        });
    }

    private static boolean isReserved(FunctionLimits own) {
        return own.reserved().isPresent();
    }

    /// It is certain that this frontend admits nothing any more, and that of what it admitted no more runs than
    /// this. May be told again when less does.
    ///
    /// @param stillRunning by function
    public List<LedgerMessage> gone(HolderId holder, Map<String, Integer> stillRunning) {
        gone.add(holder);
        long now = nanos.getAsLong();
        var pools = new HashMap<Pool, Holding>();
        stillRunning.forEach((function, running) -> pools.merge(
                isReserved(limits.of(function)) ? new Pool.Reserved(function) : Pool.UNRESERVED,
                new Holding(running, running, 0, running),
                (one, other) -> new Holding(
                        one.leases() + other.leases(),
                        one.running() + other.running(),
                        0,
                        one.wanted() + other.wanted())));
        var before = Optional.ofNullable(records.remove(holder));
        var last = new Holdings(
                account,
                holder,
                shard.epoch(),
                Long.MAX_VALUE,
                allotments,
                limitsNumber,
                before.map(HolderRecord::longest).orElse(config.longestHold()),
                pools,
                Map.of());
        recovery.gone(holder);
        var record = new HolderRecord(last, now - config.waitedTerm());
        if (record.mayHoldAny()) {
            records.put(holder, record);
        }
        return served();
    }

    private List<LedgerMessage> served() {
        long now = nanos.getAsLong();
        if (!decides(now)) {
            return List.of();
        }
        var messages = new ArrayList<LedgerMessage>();
        serveWaiting(now, messages);
        return messages;
    }

    /// The same of all lives of a frontend of which nothing was heard since a moment. What runs of them is told
    /// by
    /// `former`.
    ///
    /// @param isBack whether the frontend has another life by now, or the same again, which is yet to tell
    public List<LedgerMessage> gone(String frontend, long since, boolean isBack) {
        records.values().removeIf(record -> {
            var holder = record.holder();
            boolean over = holder.frontend().equals(frontend) && !holder.isFormer() && record.heard() - since <= 0;
            if (over) {
                recovery.gone(holder);
            }
            return over;
        });
        if (!isBack) {
            recovery.forget(frontend);
        }
        return served();
    }

    /// Of what a frontend knows no more that it has admitted, this much runs.
    ///
    /// @param stillRunning by function
    public List<LedgerMessage> former(String frontend, Map<String, Integer> stillRunning) {
        return gone(HolderId.formerLivesOf(frontend), stillRunning);
    }

    /// Nothing counts any more of what a frontend has admitted, for nobody waits for it. Should it tell again, it is as
    /// one that is new.
    ///
    /// @param gaveBack whether it is certain that it has given back all; else that counts until its term is over
    public List<LedgerMessage> forget(String frontend, boolean gaveBack) {
        recovery.forget(frontend);
        return forget(frontend, (record, now) -> gaveBack || isSilent(record, now));
    }

    /// Nothing counts any more of what a frontend has admitted in lives of which nothing is heard or known any more.
    /// What it has in the present one is yet to be told, if it is not known.
    public List<LedgerMessage> forgetSilent(String frontend) {
        return forget(frontend, (record, now) -> isSilent(record, now) && !gone.contains(record.holder()));
    }

    private List<LedgerMessage> forget(String frontend, BiPredicate<HolderRecord, Long> over) {
        long now = nanos.getAsLong();
        records.values().removeIf(record -> record.holder().frontend().equals(frontend) && over.test(record, now));
        return served();
    }

    /// Notices what time has changed. To be called about once a second.
    public List<LedgerMessage> sweep() {
        long now = nanos.getAsLong();
        if (!decides(now)) {
            return List.of();
        }
        forgetSilent(now);
        var messages = new ArrayList<>(inquiries());
        serveWaiting(now, messages);
        return messages;
    }

    /// How many leases may be held in all: never less than are.
    public int committed() {
        return held().total();
    }

    /// How many invocations run with those leases, as the frontends told last.
    public int running() {
        return records.values().stream().mapToInt(HolderRecord::running).sum();
    }

    /// The frontends that may hold leases.
    public Set<HolderId> holders() {
        var holders = new LinkedHashSet<>(recovery.untold());
        records.values().stream()
                .filter(HolderRecord::mayHoldAny)
                .map(HolderRecord::holder)
                .forEach(holders::add);
        return holders;
    }

    /// Whether it knows what its predecessors' frontends hold.
    public boolean isSettled() {
        return recovery.isOver(nanos.getAsLong());
    }

    private boolean decides(long now) {
        return now - shard.until() < 0;
    }

    private List<LedgerMessage> inquiries() {
        return recovery.untold().stream()
                .<LedgerMessage>map(holder -> new Inquiry(account, holder, shard.epoch()))
                .toList();
    }

    private void serveWaiting(long now, List<LedgerMessage> messages) {
        for (var record : heardOf(now)) {
            if (now - record.heard() < config.patience().toNanos()) {
                var distribution = distribution(now);
                if (record.lacks().keySet().stream().anyMatch(pool -> distribution.room(pool) > 0)) {
                    allot(record, now, messages);
                }
            }
        }
    }

    private void allot(HolderRecord record, long now, List<LedgerMessage> messages) {
        var distribution = distribution(now);
        messages.add(allotment(record, distribution.shares(record), now));
        distribution.recalls().forEach((donor, pools) -> messages.add(allotment(donor, pools, now)));
        for (var late : distribution.late()) {
            messages.add(new Inquiry(account, late.holder(), shard.epoch()));
            late.inquire(now);
        }
    }

    private Allotment allotment(HolderRecord record, Map<Pool, Allotted> pools, long now) {
        var told = record.told();
        var allotment = new Allotment(
                account,
                record.holder(),
                shard.epoch(),
                ++allotments,
                told.number(),
                config.term(),
                told.longest(),
                limitsNumber,
                told.limits() == limitsNumber ? Optional.empty() : Optional.of(limits),
                pools);
        record.allot(allotment, now);
        return allotment;
    }

    private Distribution distribution(long now) {
        var given = new Commitments(sizes);
        for (var record : records.values()) {
            boolean silent = isSilent(record, now);
            record.bounds().forEach((pool, bound) -> given.add(pool, silent ? bound : record.given(pool)));
            given.addElsewhere(record.elsewhere());
        }
        ToIntFunction<Pool> proven = recovery.isOver(now) ? _ -> Integer.MAX_VALUE : recovery::proven;
        return new Distribution(
                held(),
                given,
                heardOf(now),
                proven,
                closed(),
                now - config.repetition().toNanos(),
                now - 2 * config.repetition().toNanos());
    }

    /// The most that all may hold.
    private Commitments held() {
        var held = new Commitments(sizes);
        for (var record : records.values()) {
            record.bounds().forEach(held::add);
            held.addElsewhere(record.elsewhere());
        }
        return held;
    }

    /// Functions whose invocations some frontend may still admit as if they had no reservation, and not count as
    /// theirs.
    private Set<String> closed() {
        long known = Long.MAX_VALUE;
        for (var record : records.values()) {
            if (record.mayHoldAny()) {
                known = Math.min(known, record.limits());
            }
        }
        var closed = new HashSet<String>();
        for (var one : reservedSince.entrySet()) {
            if (one.getValue() > known) {
                closed.add(one.getKey());
            }
        }
        return closed;
    }

    private List<HolderRecord> heardOf(long now) {
        return records.values().stream()
                .filter(record -> !isSilent(record, now))
                .toList();
    }

    /// Whether a frontend has been silent for longer than it may admit.
    private boolean isSilent(HolderRecord record, long now) {
        return now - record.heard() >= config.waitedTerm();
    }

    private void forgetSilent(long now) {
        Collection<HolderRecord> all = records.values();
        all.removeIf(record -> isSilent(record, now)
                && (!record.mayHoldAny()
                        || now - record.heard() >= config.waitedTerm() + config.waitedHold(record.longest())));
    }
}
