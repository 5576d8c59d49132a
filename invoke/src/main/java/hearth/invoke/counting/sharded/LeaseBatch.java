package hearth.invoke.counting.sharded;

import hearth.invoke.counting.Admission;
import hearth.invoke.counting.Lease;
import hearth.invoke.counting.sharded.LedgerMessage.Allotment;
import hearth.invoke.counting.sharded.LedgerMessage.Inquiry;
import hearth.invoke.counting.sharded.LedgerMessage.Outlook;
import hearth.model.FunctionVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The leases that a frontend holds of one account, from which it admits without asking.
///
/// It admits until its term is over, which it counts from when it sent what the ledger answered last. What runs
/// keeps its lease beyond that, for as long as was agreed at most. An invocation that finds no lease waits for the
/// ledger, and not for long.
///
/// One lock, this object's, guards all of it; no listener is called under it.
final class LeaseBatch {
    private final AccountInRegion account;
    private final HolderId holder;
    private final CountingConfig config;
    private final LongSupplier numbers;
    private final LongSupplier nanos;
    /// No report of this batch has a lower number: what answers a lower one is for one before it.
    private final long firstNumber;

    private final Map<Pool, PoolShare> shares = new LinkedHashMap<>();
    private final Map<String, FunctionUse> functions = new HashMap<>();
    private final SentReports reports = new SentReports();

    private long epoch;
    private long allotment;
    private long limitsNumber;
    private AccountLimits limits = new AccountLimits(0, Map.of());

    /// Whether it may admit, and until when.
    private boolean inTerm;

    private long termEnd;

    /// How long invocations may hold their leases: as agreed, and as it would like.
    private long agreedHold;

    private long wantedHold;

    private long sentAt;
    private long peakBegan;
    private boolean toldAny;
    /// How often in a row the ledger was told that nothing is held, each time after it had answered. The second
    /// time tells it too that nothing will be that it had given before the first.
    private int toldNothing;

    private boolean retired;
    private int waiters;

    /// Reasons to tell the ledger sooner: it wants to hear, invocations wait that it does not know of, few leases
    /// are free, one is free that it wants back.
    private boolean asked;

    private boolean starving;
    private boolean low;
    private boolean freed;

    /// Whether something should be told now. A hint, which is read without the lock.
    private volatile boolean hasNews;

    /// @param numbers gives a greater one with each call, to all batches of the frontend
    LeaseBatch(
            AccountInRegion account, HolderId holder, CountingConfig config, LongSupplier numbers, LongSupplier nanos) {
        this.account = account;
        this.holder = holder;
        this.config = config;
        this.numbers = numbers;
        this.nanos = nanos;
        this.firstNumber = numbers.getAsLong();
        this.wantedHold = config.usualHold().toNanos();
        this.peakBegan = nanos.getAsLong();
    }

    synchronized Admission admit(FunctionVersion version, long holdNanos) {
        if (holdNanos > config.longestHold().toNanos()) {
            throw new IllegalArgumentException("An invocation may hold its lease for " + Duration.ofNanos(holdNanos)
                    + ", longer than CountingConfig.longestHold, " + config.longestHold());
        }
        long now = nanos.getAsLong();
        endTerm(now);
        var function = function(version.function().name());
        var share = free(function, version.version(), holdNanos);
        if (share != null) {
            return new Admission.Admitted(take(function, share, now));
        }
        if (inTerm && function.isStopped(version.version())) {
            return new Admission.Throttled(function.limit());
        }
        var waiting = new WaitingAdmission(version, holdNanos, now);
        function.queue(version.version()).waiting.addLast(waiting);
        waiters++;
        wantedHold = Math.max(wantedHold, holdNanos);
        starving = true;
        hasNews = true;
        return new Admission.Awaited(waiting);
    }

    private @Nullable PoolShare free(FunctionUse function, String version, long holdNanos) {
        return inTerm && holdNanos <= agreedHold ? function.free(version) : null;
    }

    private Lease take(FunctionUse function, PoolShare share, long now) {
        // Made before anything is counted: without memory for it nothing is.
        var lease = new HeldLease(function, share);
        function.take(share);
        if (share.isLow() && now - sentAt >= config.repetition().toNanos()) {
            low = true;
            hasNews = true;
        }
        return lease;
    }

    private void release(FunctionUse function, PoolShare share) {
        List<Decision> decisions;
        synchronized (this) {
            if (function.release(share)) {
                freed = true;
                hasNews = true;
            }
            decisions = waiters == 0 ? List.of() : serve(nanos.getAsLong());
        }
        decisions.forEach(Decision::tell);
    }

    /// What the ledger tells.
    void received(LedgerMessage message) {
        List<Decision> decisions = new ArrayList<>();
        synchronized (this) {
            if (!isForUs(message) || message.epoch() < epoch) {
                return;
            }
            if (message.epoch() > epoch) {
                epoch = message.epoch();
                allotment = 0;
                limitsNumber = 0;
            }
            long now = nanos.getAsLong();
            endTerm(now);
            switch (message) {
                case Inquiry _ -> asked = true;
                case Allotment given -> decisions.addAll(follow(given, now));
            }
            hasNews = true;
        }
        decisions.forEach(Decision::tell);
    }

    /// Who asks may not know which life this is; who allots does.
    private boolean isForUs(LedgerMessage message) {
        return switch (message) {
            case Inquiry inquiry -> inquiry.to().means(holder);
            case Allotment given -> given.to().equals(holder);
        };
    }

    private List<Decision> follow(Allotment given, long now) {
        boolean knowsLimits = given.limits().isPresent() || given.limitsNumber() == limitsNumber;
        if (given.answers() < firstNumber || !knowsLimits) {
            asked = true;
            return List.of();
        }
        if (reports.answered(given.answers())) {
            beginTerm(reports.answeredAt() + config.heldTerm(given.term()), now);
        }
        if (given.number() <= allotment) {
            return List.of();
        }
        allotment = given.number();
        // Never more than the ledger is told of, though this may answer what was told before.
        agreedHold = Math.min(wantedHold, given.longest().toNanos());
        limitsNumber = given.limitsNumber();
        given.limits().ifPresent(this::goBy);
        for (var pool : given.pools().keySet()) {
            share(pool);
        }
        for (var share : shares.values()) {
            int leases = inTerm ? given.leases(share.pool) : 0;
            // The ledger cannot give it to others before it hears that it is not held here any more.
            asked |= leases < share.leases();
            share.allot(leases);
            var allotted = given.pools().get(share.pool);
            share.hear(allotted == null ? Outlook.OPEN : allotted.outlook(), reports.answeredAt());
        }
        var decisions = serve(now);
        for (var share : List.copyOf(shares.values())) {
            var allotted = given.pools().get(share.pool);
            if (allotted != null && allotted.outlook() == Outlook.EXHAUSTED) {
                refuse(share, decisions);
            }
        }
        return decisions;
    }

    private void beginTerm(long end, long now) {
        if (now - end < 0 && (!inTerm || end - termEnd > 0)) {
            inTerm = true;
            termEnd = end;
        }
    }

    private void endTerm(long now) {
        if (inTerm && now - termEnd >= 0) {
            inTerm = false;
            for (var share : shares.values()) {
                share.allot(0);
            }
        }
    }

    private void goBy(AccountLimits changed) {
        limits = changed;
        functions.values().forEach(function -> function.goBy(changed.of(function.name), this::share));
        List<WaitingAdmission> waiting = new ArrayList<>();
        for (var share : shares.values()) {
            waiting.addAll(share.waiting);
            share.waiting.clear();
        }
        waiting.sort(Comparator.comparingLong(one -> one.since - sentAt));
        for (var one : waiting) {
            var function = function(one.version.function().name());
            function.queue(one.version.version()).waiting.addLast(one);
            starving = true;
        }
        asked = true;
    }

    /// Gives what is free to those that wait, as far as there is any.
    private List<Decision> serve(long now) {
        endTerm(now);
        List<Decision> decisions = new ArrayList<>();
        for (var share : List.copyOf(shares.values())) {
            for (var first = share.waiting.peekFirst(); first != null; first = share.waiting.peekFirst()) {
                var answer = answer(first, now);
                if (answer == null) {
                    break;
                }
                share.waiting.removeFirst();
                waiters--;
                decisions.add(new Decision(first, answer));
            }
        }
        return decisions;
    }

    private Admission.@Nullable Decided answer(WaitingAdmission waiting, long now) {
        if (waiting.isWithdrawn()) {
            return new Admission.Uncounted();
        }
        var function = function(waiting.version.function().name());
        if (inTerm && function.isStopped(waiting.version.version())) {
            return new Admission.Throttled(function.limit());
        }
        var free = free(function, waiting.version.version(), waiting.holdNanos);
        return free == null ? null : new Admission.Admitted(take(function, free, now));
    }

    /// Refuses those that wait for nothing.
    private void refuse(PoolShare share, List<Decision> decisions) {
        for (var waiting = share.waiting.iterator(); waiting.hasNext(); ) {
            var one = waiting.next();
            var function = function(one.version.function().name());
            if (!function.isAwaited(one.version.version())) {
                waiting.remove();
                waiters--;
                decisions.add(new Decision(one, new Admission.Throttled(function.limit())));
            }
        }
    }

    /// Refuses those that have waited for too long. To be called often, as `report` is.
    void sweep() {
        List<Decision> decisions = new ArrayList<>();
        synchronized (this) {
            long now = nanos.getAsLong();
            endTerm(now);
            for (var share : waiters == 0 ? List.<PoolShare>of() : List.copyOf(shares.values())) {
                for (var first = share.waiting.peekFirst();
                        first != null && isLate(share, now - first.since, first);
                        first = share.waiting.peekFirst()) {
                    share.waiting.removeFirst();
                    waiters--;
                    decisions.add(new Decision(first, late(share, first)));
                }
            }
        }
        decisions.forEach(Decision::tell);
    }

    /// Who is known to wait for a limit is told so soon; while the ledger does not know, or is none, it may come to
    /// know.
    private boolean isLate(PoolShare share, long waited, WaitingAdmission waiting) {
        var longest = share.isLimit(waiting.since) ? config.patience() : config.silence();
        return waited >= longest.toNanos();
    }

    private Admission.Decided late(PoolShare share, WaitingAdmission waiting) {
        return share.isLimit(waiting.since)
                ? new Admission.Throttled(
                        function(waiting.version.function().name()).limit())
                : new Admission.Uncounted();
    }

    boolean hasNews() {
        return hasNews;
    }

    /// What the ledger is to be told now, if anything. Whoever asks sends it: from now on it is as good as told.
    synchronized Optional<Holdings> report() {
        hasNews = false;
        long now = nanos.getAsLong();
        endTerm(now);
        if (!isDue(now)) {
            return Optional.empty();
        }
        if (now - peakBegan >= config.unused().toNanos()) {
            peakBegan = now;
            shares.values().forEach(PoolShare::beginNextPeak);
            functions.values().removeIf(FunctionUse::isIdle);
        }
        var holdings = holdings(numbers.getAsLong());
        if (!holdings.pools().isEmpty()) {
            toldNothing = 0;
        } else if (toldNothing == 0 || reports.isEachAnswered()) {
            toldNothing++;
        }
        reports.forgetBefore(now - config.term().toNanos());
        reports.sent(holdings.number(), now);
        sentAt = now;
        toldAny = true;
        asked = false;
        starving = false;
        low = false;
        freed = false;
        return Optional.of(holdings);
    }

    private boolean isDue(long now) {
        if (asked || !toldAny) {
            return true;
        }
        long since = now - sentAt;
        if (since >= config.renewal().toNanos()) {
            return !isOver();
        }
        boolean again = since >= config.repetition().toNanos() && waiters > 0;
        return again || (reports.isEachAnswered() && (starving || low || freed));
    }

    private Holdings holdings(long number) {
        if (functions.values().stream().allMatch(FunctionUse::isIdle) && waiters == 0) {
            // Nothing runs that was admitted for longer, and from now on nothing will be.
            wantedHold = config.usualHold().toNanos();
            agreedHold = Math.min(agreedHold, wantedHold);
        }
        Map<Pool, Holding> pools = new LinkedHashMap<>();
        for (var share : shares.values()) {
            var holding = share.tell();
            if (holding.leases() > 0 || holding.wanted() > 0) {
                pools.put(share.pool, holding);
            }
        }
        Map<String, Integer> elsewhere = new HashMap<>();
        for (var function : functions.values()) {
            if (function.elsewhere() > 0) {
                elsewhere.put(function.name, function.elsewhere());
            }
        }
        return new Holdings(
                account,
                holder,
                epoch,
                number,
                allotment,
                limitsNumber,
                Duration.ofNanos(wantedHold),
                pools,
                elsewhere);
    }

    /// Gives back what is held and not in use. An allotment that comes later may bring leases again.
    synchronized void leave() {
        inTerm = false;
        shares.values().forEach(PoolShare::leave);
        asked = true;
        hasNews = true;
    }

    /// Tells the ledger soon: it may know nothing of what is held.
    synchronized void tellAgain() {
        asked = true;
        hasNews = true;
    }

    /// How many leases are held, those that are in use among them.
    synchronized int held() {
        return shares.values().stream().mapToInt(PoolShare::held).sum();
    }

    /// Ends a batch that holds nothing, and of which the ledger knows that.
    ///
    /// @return whether it has ended: nobody may use it any more
    synchronized boolean retire() {
        retired = retired || isOver();
        return retired;
    }

    private boolean isOver() {
        return toldNothing > 1
                && reports.isEachAnswered()
                && !asked
                && waiters == 0
                && shares.values().stream().allMatch(PoolShare::isEmpty);
    }

    /// Asked under this object's lock by whoever goes on to use it.
    boolean isRetired() {
        return retired;
    }

    /// How many invocations run with its leases.
    synchronized int running() {
        return shares.values().stream().mapToInt(PoolShare::running).sum();
    }

    private FunctionUse function(String name) {
        var known = functions.get(name);
        if (known == null) {
            known = new FunctionUse(name, limits.of(name), this::share);
            functions.put(name, known);
        }
        return known;
    }

    private PoolShare share(Pool pool) {
        return shares.computeIfAbsent(pool, PoolShare::new);
    }

    /// An answer that is told once the lock is let go.
    private record Decision(WaitingAdmission waiting, Admission.Decided answer) {
        void tell() {
            waiting.decide(answer);
        }
    }

    private final class HeldLease implements Lease {
        private final AtomicBoolean closed = new AtomicBoolean();
        private final FunctionUse function;
        private final PoolShare share;

        HeldLease(FunctionUse function, PoolShare share) {
            this.function = function;
            this.share = share;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                release(function, share);
            }
        }
    }
}
