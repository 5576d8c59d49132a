package hearth.invoke.shards;

import hearth.invoke.counting.Admission;
import hearth.invoke.counting.Counting;
import hearth.invoke.counting.FunctionLimits;
import hearth.invoke.counting.sharded.CountingConfig;
import hearth.invoke.counting.sharded.HolderId;
import hearth.invoke.counting.sharded.LedgerCounts;
import hearth.invoke.counting.sharded.LedgerHost;
import hearth.invoke.counting.sharded.LedgerHost.Ownership;
import hearth.invoke.counting.sharded.ShardedAdmissions;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.worker.MemberId;
import hearth.model.worker.Report;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What counts the invocations of a member of a cluster: the leases that its frontend holds, and the ledgers of the
/// accounts whose shards it owns.
public final class ClusterCounting implements Counting {
    /// How often `sweep` is to be called.
    public static final Duration SWEEPS = Duration.ofMillis(20);

    /// How many sweeps of the leases there are for one of the ledgers.
    private static final int LEDGER_SWEEPS = 5;

    private final MemberId self;
    private final CountingConfig config;
    private final LongSupplier nanos;
    private final ShardedAdmissions admissions;
    private final LedgerHost ledgers;
    private final Tellings tellings;
    private int sweeps;

    /// Guarded by itself, as are those that are gone.
    private final Set<MemberId> up = new HashSet<>();
    /// Those that are up no more, in that life at least, as long as something may count of it.
    private final Map<MemberId, Departure> departed = new HashMap<>();
    /// Whether it is known who is up: before, no ledger is made.
    private volatile boolean knowsMembers;

    /// @param accountLimit how many invocations an account may run at once in a region, in the whole cluster
    /// @param nanos a clock that nobody sets
    public ClusterCounting(
            MemberId self,
            CountingConfig config,
            int accountLimit,
            Ownership ownership,
            ShardTransport transport,
            LongSupplier nanos,
            RandomGenerator random) {
        this.self = self;
        this.config = config;
        this.nanos = nanos;
        tellings = new Tellings(nanos);
        admissions = new ShardedAdmissions(
                new HolderId(self.value(), random.nextLong() | 1),
                config,
                told -> transport.toShard(
                        new ShardRequest.LedgerHoldings(told.account().shard(), self, told)),
                nanos);
        ledgers = new LedgerHost(
                config,
                accountLimit,
                ownership,
                this::mayHold,
                message ->
                        transport.toMember(new MemberId(message.to().frontend()), new ShardAnswer.FromLedger(message)),
                nanos,
                random);
    }

    @Override
    public Admission admit(FunctionVersion version, long holdNanos) {
        return admissions.admit(version, holdNanos);
    }

    @Override
    public void limit(FunctionId function, FunctionLimits limits) {
        ledgers.limit(function, limits);
    }

    @Override
    public int running() {
        return admissions.running();
    }

    /// This member owns the shard from now on.
    public void begin(ShardId shard) {
        ledgers.begin(shard);
    }

    /// It owns the shard no more.
    public void end(ShardId shard) {
        ledgers.end(shard);
    }

    /// A frontend tells the ledger of an account what it holds.
    public void received(ShardRequest.LedgerHoldings request) {
        if (knowsMembers) {
            ledgers.received(request.holdings());
        }
    }

    /// A ledger tells this member's frontend.
    public void received(ShardAnswer.FromLedger answer) {
        admissions.received(answer.message());
    }

    /// A worker tells what it runs, and who sent it.
    @Override
    public void reported(WorkerId from, Report report) {
        tellings.told(from, report);
        noteUnknown();
    }

    /// Workers may run what was sent by members that had departed before this one was there, and what members
    /// that are up have lost sight of.
    private void noteUnknown() {
        synchronized (up) {
            if (knowsMembers) {
                tellings.senders(up::contains).forEach(one -> departed.computeIfAbsent(one, _ -> departure(false)));
            }
        }
    }

    private Departure departure(boolean wasSeen) {
        long now = nanos.getAsLong();
        return new Departure(wasSeen, now, now + config.overAfter().toNanos());
    }

    /// The members that are up now, this one among them; to be told before the first shard begins. One that is up
    /// no more without having `left` is given no environment from then on: of what it had admitted that counts
    /// which workers say they run. Should they not say it, all that it held counts until its term is over, and
    /// then nothing, for its callers are gone.
    public void membersChanged(Set<MemberId> now) {
        boolean isBack;
        synchronized (up) {
            isBack = !up.contains(self) && now.contains(self);
            up.stream().filter(one -> !now.contains(one)).forEach(one -> departed.put(one, departure(true)));
            long moment = nanos.getAsLong();
            long over = moment + config.overAfter().toNanos();
            departed.forEach((one, departure) -> {
                if (now.contains(one) && !up.contains(one)) {
                    departure.isBack(moment, over);
                }
            });
            up.clear();
            up.addAll(now);
            knowsMembers = true;
        }
        noteUnknown();
        if (isBack) {
            admissions.tellAgain();
        }
    }

    /// This member was taken out of the cluster: others may have what it holds. Whoever waits with a lease of it
    /// is to be admitted anew.
    public void parted() {
        synchronized (up) {
            up.clear();
            departed.clear();
            knowsMembers = false;
        }
        admissions.leave();
    }

    /// A member has left as it should: it has given back all that it held.
    public void left(MemberId member) {
        synchronized (up) {
            up.remove(member);
            departed.remove(member);
            tellings.forget(member);
        }
        ledgers.forget(member.value(), true);
    }

    private Set<HolderId> mayHold() {
        synchronized (up) {
            var unknown = departed.entrySet().stream()
                    .filter(one -> !one.getValue().isKnown() && one.getValue().wasSeen())
                    .map(Map.Entry::getKey);
            return Stream.concat(up.stream(), unknown)
                    .map(member -> HolderId.anyLifeOf(member.value()))
                    .collect(Collectors.toSet());
        }
    }

    private void countDeparted() {
        // Ledgers ask who may hold something, so they are told once the lock is let go.
        List<Runnable> steps = new ArrayList<>();
        synchronized (up) {
            departed.entrySet().removeIf(one -> isSettled(one.getKey(), one.getValue(), steps));
        }
        steps.forEach(Runnable::run);
    }

    /// @param steps what the ledgers are to be told
    /// @return whether nothing counts any more of what a member had before it departed
    private boolean isSettled(MemberId member, Departure departure, List<Runnable> steps) {
        var frontend = member.value();
        long now = nanos.getAsLong();
        boolean isUp = up.contains(member);
        if (departure.isKnown() ? departure.isOver(now - config.longestHold().toNanos()) : departure.isOver(now)) {
            steps.add(isUp ? () -> ledgers.forgetSilent(frontend) : () -> ledgers.forget(frontend, false));
            return true;
        }
        if (tellings.areComplete(departure.since(), departure.isKnown())) {
            boolean isNew = !departure.isKnown();
            if (departure.runs(tellings.running(member, isUp && departure.hasTold(now)))) {
                var running = departure.running();
                steps.add(() -> ledgers.former(frontend, running));
            }
            if (isNew && departure.wasSeen()) {
                steps.add(() -> ledgers.gone(frontend, departure.since()));
            }
        }
        return departure.isNothing() && (!isUp || departure.hasTold(now));
    }

    /// This member takes no more invocations: what it holds is given back as far as nothing runs with it.
    public void leave() {
        admissions.leave();
    }

    /// Does what is due by time alone. To be called each `SWEEPS`, by one thread.
    public void sweep() {
        admissions.sweep();
        if (++sweeps % LEDGER_SWEEPS == 0) {
            countDeparted();
            ledgers.sweep();
        }
    }

    /// The ledgers of the accounts that this member counts.
    public List<LedgerCounts> ledgers() {
        return ledgers.counts();
    }

    /// This member's frontend, in this life of its process.
    public HolderId holder() {
        return admissions.holder();
    }

    /// How many leases this member's frontend holds, of all accounts.
    public int held() {
        return admissions.held();
    }
}
