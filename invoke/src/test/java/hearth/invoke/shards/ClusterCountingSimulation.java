package hearth.invoke.shards;

import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.SimulatedTime;
import hearth.invoke.counting.Admission;
import hearth.invoke.counting.FunctionLimits;
import hearth.invoke.counting.Lease;
import hearth.invoke.counting.sharded.CountingConfig;
import hearth.invoke.counting.sharded.HolderId;
import hearth.model.Bytes;
import hearth.model.FunctionVersion;
import hearth.model.worker.MemberId;
import hearth.model.worker.Report;
import hearth.model.worker.Report.Sent;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerCapacity;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Three members that count one account's invocations together, over a way that loses, doubles and delays; its shard
/// moves from one to another, which overlap or leave a gap, and members are killed and start anew.
///
/// After each admission, what really runs is held against the limits.
final class ClusterCountingSimulation {
    private static final CountingConfig CONFIG = new CountingConfig(
            Duration.ofMillis(400),
            Duration.ofMillis(100),
            Duration.ofMillis(30),
            Duration.ofMillis(150),
            Duration.ofMillis(150),
            Duration.ofMillis(500),
            Duration.ofMillis(1_000),
            Duration.ofMillis(4_000),
            0.001,
            Duration.ofMillis(10));

    private static final WorkerCapacity CAPACITY = new WorkerCapacity(Bytes.mebibytes(1024), 2000, 8);
    private static final int MEMBERS = 3;
    private static final int LIMIT = 30;
    private static final int RESERVED = 8;
    private static final Duration BUSY = Duration.ofSeconds(15);
    private static final Duration QUIET = Duration.ofSeconds(12);
    private static final Duration REPORTS = Duration.ofMillis(60);
    private static final Duration CERTAIN = Duration.ofMillis(300);

    private final Random random;
    private final int lostPercent;
    private final ManualClock clock = new ManualClock();
    private final SimulatedTime time = new SimulatedTime(clock);
    private final ShardId shard = ShardId.of(Functions.ACCOUNT, Functions.REGION);
    private final List<Member> members = new ArrayList<>();
    private final List<Running> running = new ArrayList<>();
    private final List<WorkerId> workers = List.of(new WorkerId("worker0"), new WorkerId("worker1"));
    private boolean workersTell = true;
    /// A worker of the release before, which tells nothing of who sent what it runs; null for none.
    private @Nullable WorkerId ofBefore;

    private long reports;
    private final Map<String, Integer> counts = new TreeMap<>();
    private int owner;
    /// When nobody waits any more for one that was cut off.
    private long cutEnd;
    private boolean busy = true;

    private record Running(HolderId holder, String function, WorkerId worker) {}

    /// A member in one of its lives.
    private final class Member implements ShardTransport {
        private final HolderId id;
        private final ClusterCounting counting;
        /// Until when it is certain to own the shard.
        private long certain = -1;
        private int route = owner;
        private boolean crashed;
        /// Cut off, and so taken out of the cluster.
        private boolean away;
        /// What was admitted while no environment could be had.
        private final List<Runnable> waiting = new ArrayList<>();

        Member(String name) {
            counting = new ClusterCounting(new MemberId(name), CONFIG, LIMIT, _ -> certain, this, clock::nanos, random);
            id = counting.holder();
            counting.limit(Functions.id("orders"), new FunctionLimits(OptionalInt.of(RESERVED), Map.of()));
            counting.limit(Functions.id("stopped"), new FunctionLimits(OptionalInt.of(0), Map.of()));
        }

        boolean isReachable() {
            return !crashed && !away;
        }

        @Override
        public void toShard(ShardRequest request) {
            check(request.shard().equals(shard) && request.from().value().equals(id.frontend()), "Not whose it is");
            int to = route;
            carry(() -> {
                var there = members.get(to);
                if (there.isReachable() && isReachable()) {
                    there.counting.received((ShardRequest.LedgerHoldings) request);
                }
            });
        }

        @Override
        public void toMember(MemberId member, ShardAnswer answer) {
            carry(() -> members.stream()
                    .filter(one -> one.id.frontend().equals(member.value()) && one.isReachable() && isReachable())
                    .forEach(one -> one.counting.received((ShardAnswer.FromLedger) answer)));
        }
    }

    ClusterCountingSimulation(long seed, int lostPercent) {
        random = new Random(seed);
        this.lostPercent = lostPercent;
        for (int i = 0; i < MEMBERS; i++) {
            members.add(new Member("host" + i));
        }
        membersChanged();
        own(0);
        time.every(Duration.ofMillis(50), this::renew);
        time.every(REPORTS, () -> {
            if (workersTell) {
                workers.forEach(this::tell);
            }
        });
        time.every(
                ClusterCounting.SWEEPS,
                () -> members.stream().filter(member -> !member.crashed).forEach(member -> member.counting.sweep()));
    }

    /// From now on one of the workers is of the release before.
    ClusterCountingSimulation withAWorkerOfTheReleaseBefore() {
        ofBefore = workers.getLast();
        return this;
    }

    /// @return how often what happened
    Map<String, Integer> run() {
        invokeAgain();
        moveAgain();
        time.run(BUSY, () -> {});
        settle();
        useAll();
        return counts;
    }

    private void renew() {
        var current = members.get(owner);
        if (current.isReachable()) {
            current.certain = clock.nanos() + CERTAIN.toNanos();
        }
    }

    /// A member that is dead is seen to be so at once; what it does not do any more, it does not do late either.
    private void membersChanged() {
        var up = members.stream()
                .filter(Member::isReachable)
                .map(member -> new MemberId(member.id.frontend()))
                .collect(Collectors.toSet());
        members.stream().filter(Member::isReachable).forEach(member -> member.counting.membersChanged(up));
    }

    private void own(int next) {
        owner = next;
        count("hand-overs");
        members.get(next).counting.begin(shard);
        renew();
        for (var member : members) {
            time.after(Duration.ofMillis(random.nextInt(100)), () -> member.route = owner);
        }
    }

    private void moveAgain() {
        if (busy) {
            move();
            time.after(Duration.ofMillis(300 + random.nextInt(1_200)), this::moveAgain);
        }
    }

    private void move() {
        int before = owner;
        var last = members.get(before);
        int next = (owner + 1 + random.nextInt(MEMBERS - 1)) % MEMBERS;
        if (!last.isReachable() || !members.get(next).isReachable()) {
            return;
        }
        switch (random.nextInt(4)) {
            case 0 -> {
                // It believes itself the owner for a while still.
                own(next);
                time.after(Duration.ofMillis(random.nextInt(250)), () -> last.counting.end(shard));
            }
            case 1 -> {
                last.counting.end(shard);
                own(next);
            }
            case 2 -> cutOff(random.nextBoolean() ? before : next, next);
            default -> crash(before, next);
        }
    }

    private void crash(int which, int next) {
        count("crashes");
        var dead = members.get(which);
        dead.crashed = true;
        membersChanged();
        time.after(Duration.ofMillis(50 + random.nextInt(400)), () -> {
            members.set(which, new Member(dead.id.frontend()));
            membersChanged();
            workers.forEach(this::tell);
            if (owner == which) {
                own(next);
            } else {
                members.get(which).route = owner;
            }
        });
    }

    private void cutOff(int which, int next) {
        count("cuts");
        var length = Duration.ofMillis(50 + random.nextInt(600));
        cutEnd = clock.nanos() + length.plus(CONFIG.silence().multipliedBy(2)).toNanos();
        var member = members.get(which);
        member.away = true;
        member.certain = -1;
        member.counting.end(shard);
        membersChanged();
        time.after(length, () -> {
            member.away = false;
            member.counting.parted();
            var waiting = List.copyOf(member.waiting);
            member.waiting.clear();
            waiting.forEach(Runnable::run);
            membersChanged();
            if (owner == which) {
                own(which == next ? (which + 1) % MEMBERS : next);
            } else {
                member.route = owner;
            }
        });
    }

    /// What a worker runs, whoever sent it. A member that has started anew has a new connection.
    private void tell(WorkerId worker) {
        var told = new HashMap<Sent, Integer>();
        for (var one : running) {
            if (one.worker().equals(worker)) {
                var by = one.holder().frontend();
                boolean former = members.stream()
                        .anyMatch(member -> member.id.frontend().equals(by) && !member.id.equals(one.holder()));
                told.merge(new Sent(new MemberId(by), former, Functions.id(one.function()), 1), 1, Integer::sum);
            }
        }
        var sent = told.entrySet().stream()
                .map(one -> new Sent(
                        one.getKey().by(), one.getKey().former(), one.getKey().function(), one.getValue()))
                .toList();
        boolean tells = !worker.equals(ofBefore);
        var report = new Report(++reports, CAPACITY, Report.Taken.NOTHING, true, true, List.of(), tells, sent);
        members.stream().filter(Member::isReachable).forEach(member -> member.counting.reported(worker, report));
    }

    private void invokeAgain() {
        if (busy) {
            var member = members.get(random.nextInt(MEMBERS));
            if (!member.crashed) {
                var names = List.of("mail", "search", "orders", "stopped");
                invoke(member, Functions.latest(names.get(random.nextInt(4))), 20 + random.nextInt(900));
            }
            time.after(Duration.ofMillis(random.nextInt(25)), this::invokeAgain);
        }
    }

    private void invoke(Member member, FunctionVersion version, int millis) {
        var hold = Duration.ofMillis(millis);
        switch (member.counting.admit(version, hold.toNanos())) {
            case Admission.Decided decided -> decided(member, version, hold, decided);
            case Admission.Awaited(var answer) -> answer.whenDecided(told -> decided(member, version, hold, told));
        }
    }

    private void decided(Member member, FunctionVersion version, Duration hold, Admission.Decided decided) {
        // Without whoever is cut off nobody is asked for as long.
        boolean isCut = decided instanceof Admission.Uncounted && clock.nanos() - cutEnd < 0;
        count(decided.getClass().getSimpleName() + (isCut ? " while one is cut off" : ""));
        if (decided instanceof Admission.Admitted(var lease)) {
            if (member.away) {
                member.waiting.add(() -> {
                    lease.close();
                    invoke(member, version, (int) hold.toMillis());
                });
                return;
            }
            var one = new Running(member.id, version.function().name(), workers.get(random.nextInt(workers.size())));
            running.add(one);
            check(running.size() <= LIMIT, "The account runs " + running.size());
            long reserved = running.stream()
                    .filter(other -> other.function().equals("orders"))
                    .count();
            check(reserved <= RESERVED, "Of what is reserved run " + reserved);
            check(running.size() - reserved <= LIMIT - RESERVED, "Of what is shared run too many");
            check(!one.function().equals("stopped"), "A function with a reservation of 0 runs");
            time.after(hold, () -> ended(member, one, lease));
        }
    }

    private void ended(Member member, Running one, Lease lease) {
        running.remove(one);
        if (!member.crashed) {
            lease.close();
        }
    }

    private void carry(Runnable delivery) {
        if (random.nextInt(100) >= lostPercent) {
            time.after(delay(), delivery);
        }
        if (random.nextInt(100) < lostPercent) {
            time.after(delay(), delivery);
        }
    }

    private Duration delay() {
        boolean isLate = lostPercent > 0 && random.nextInt(20) == 0;
        return Duration.ofNanos(100_000L + random.nextInt(isLate ? 200_000_000 : 3_000_000));
    }

    private void settle() {
        busy = false;
        time.run(QUIET, () -> {});
        check(running.isEmpty(), "Something runs for too long");
        members.forEach(member -> check(member.counting.held() == 0, "Leases are held though nobody invokes"));
        var ledgers = members.get(owner).counting.ledgers();
        check(ledgers.size() == 1 && ledgers.getFirst().leased() == 0, "The ledger is not empty: " + ledgers);
    }

    /// One member can use nearly all, and a member that leaves gives it all back.
    private void useAll() {
        var user = members.get((owner + 1) % MEMBERS);
        for (int i = 0; i < 30; i++) {
            for (int j = 0; j < LIMIT; j++) {
                invoke(user, Functions.latest("mail"), 800);
            }
            time.run(Duration.ofMillis(20), () -> {});
        }
        check(running.size() >= 0.9 * (LIMIT - RESERVED), "Only " + running.size() + " could be used");
        time.run(Duration.ofSeconds(1), () -> {});
        user.counting.leave();
        time.run(Duration.ofMillis(lostPercent == 0 ? 10 : 300), () -> {});
        check(user.counting.held() == 0, "It holds something still");
        check(members.get(owner).counting.ledgers().getFirst().leased() == 0, "What was given back is not free");
    }

    /// A member that holds most of what there is leaves as it should.
    ///
    /// @return how much another can use at once
    int useAfterALeave() {
        var ends = holdMost();
        ends.counting.leave();
        time.run(Duration.ofMillis(50), () -> {});
        ends.crashed = true;
        membersChanged();
        members.getFirst().counting.left(new MemberId(ends.id.frontend()));
        use(members.getFirst(), 10);
        return used(members.getFirst());
    }

    /// A member that holds most of what there is is killed while some run.
    ///
    /// @param workersTell whether workers tell what they run
    /// @param isBackAtOnce whether it is there again before its term is over
    /// @param running how many run, for longer than its term
    /// @return how much another can use: as soon as workers may have told, and when the term is over
    List<Integer> useAfterAKill(boolean workersTell, boolean isBackAtOnce, int running) {
        this.workersTell = workersTell;
        var ends = holdMost();
        for (int i = 0; i < running; i++) {
            invoke(ends, Functions.latest("mail"), 3_000);
        }
        time.run(Duration.ofMillis(50), () -> {});
        check(this.running.size() == running, "There run " + this.running.size());
        ends.crashed = true;
        membersChanged();
        if (isBackAtOnce) {
            members.set(1, new Member(ends.id.frontend()));
            membersChanged();
        }
        time.run(REPORTS.plus(ClusterCounting.SWEEPS.multipliedBy(6)), () -> {});
        use(members.getFirst(), 10);
        int before = used(members.getFirst());
        time.run(CONFIG.overAfter().plusMillis(200), () -> {});
        use(members.getFirst(), 10);
        return List.of(before, used(members.getFirst()));
    }

    private Member holdMost() {
        var member = members.get(1);
        use(member, 10);
        int held = member.counting.held();
        check(held > LIMIT / 2, "It holds only " + held);
        time.run(Duration.ofMillis(150), () -> {});
        return member;
    }

    private int used(Member by) {
        return (int) running.stream().filter(one -> one.holder().equals(by.id)).count();
    }

    /// All that it can, of what is not reserved.
    private void use(Member member, int times) {
        for (int i = 0; i < times; i++) {
            for (int j = 0; j < LIMIT; j++) {
                invoke(member, Functions.latest("mail"), 120);
            }
            time.run(Duration.ofMillis(10), () -> {});
        }
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
