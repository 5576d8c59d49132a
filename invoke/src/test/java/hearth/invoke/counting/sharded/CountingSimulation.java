package hearth.invoke.counting.sharded;

import hearth.invoke.Functions;
import hearth.invoke.ManualClock;
import hearth.invoke.SimulatedTime;
import hearth.invoke.counting.Admission;
import hearth.invoke.counting.FunctionLimits;
import hearth.invoke.counting.Lease;
import hearth.model.FunctionVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Frontends that share an account's concurrency by ledgers, with messages that are lost, late or doubled,
/// machines that crash or are cut off, clocks that drift and are set, and limits that change: all drawn from one
/// seed. Its rules:
///
/// - what really runs is never more than the account may run, nor of a function than it has reserved, and what a
/// function has for itself is not used by others;
/// - whoever waits for an admission is told within a moment;
/// - once nobody invokes any more nothing is held, and then one frontend can use all there is.
final class CountingSimulation {
    private static final AccountInRegion ACCOUNT = new AccountInRegion(Functions.ACCOUNT, Functions.REGION);
    private static final CountingConfig CONFIG = new CountingConfig(
            Duration.ofMillis(1_000),
            Duration.ofMillis(200),
            Duration.ofMillis(30),
            Duration.ofMillis(150),
            Duration.ofMillis(150),
            Duration.ofMillis(500),
            Duration.ofMillis(1_000),
            Duration.ofMillis(4_000),
            0.001,
            Duration.ofMillis(10));

    private static final List<String> NAMES = List.of("mail", "search", "orders", "video", "stopped");
    private static final Duration BUSY = Duration.ofSeconds(20);
    private static final Duration QUIET = Duration.ofSeconds(12);
    private static final Duration LATEST_NEWS = Duration.ofMillis(200);
    private static final int FRONTENDS = 3;
    private static final int LIMIT = 40;
    private static final int RESERVED = 10;

    private final Random random;
    private final int lostPercent;
    private final ManualClock clock = new ManualClock();
    private final SimulatedTime time = new SimulatedTime(clock);
    private final LimitsHistory limits;
    private final SimulatedShard shard;
    private final List<SimulatedFrontend> frontends = new ArrayList<>();
    private final List<Running> running = new ArrayList<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private SimulatedShard.@Nullable Owner owner;
    private long incarnations;
    private boolean busy = true;
    private int favourite;

    /// An invocation that really runs.
    private static final class Running {
        final HolderId holder;
        final String function;

        Running(HolderId holder, String function) {
            this.holder = holder;
            this.function = function;
        }
    }

    CountingSimulation(long seed, int lostPercent) {
        random = new Random(seed);
        this.lostPercent = lostPercent;
        limits = new LimitsHistory(
                anyLimits(),
                CONFIG.term()
                        .plus(SimulatedShard.LEASE)
                        .plus(LATEST_NEWS)
                        .plusMillis(10)
                        .toNanos(),
                CONFIG.waitedTerm() + CONFIG.waitedHold(CONFIG.longestHold()));
        shard = new SimulatedShard(ACCOUNT, clock, random, CONFIG, limits, this::begun, this::carry);
        for (int i = 0; i < FRONTENDS; i++) {
            frontends.add(start("frontend-" + i));
        }
        shard.tick();
        time.every(Duration.ofMillis(50), shard::tick);
        time.every(Duration.ofMillis(200), shard::sweep);
        for (int i = 0; i < FRONTENDS; i++) {
            int one = i;
            time.every(Duration.ofMillis(20), () -> {
                if (!frontends.get(one).crashed) {
                    frontends.get(one).admissions.sweep();
                }
            });
        }
    }

    /// @return how often what happened
    Map<String, Integer> run() {
        invokeAgain();
        faultAgain();
        time.run(BUSY, () -> {});
        settle();
        useAll();
        count("hand-overs", shard.handOvers());
        return counts;
    }

    private void invokeAgain() {
        if (busy) {
            if (random.nextInt(100) == 0) {
                favourite = random.nextInt(FRONTENDS);
            }
            var frontend = frontends.get(random.nextInt(3) == 0 ? random.nextInt(FRONTENDS) : favourite);
            if (!frontend.crashed) {
                invoke(frontend, anyVersion(), anyHold());
            }
            time.after(Duration.ofMillis(random.nextInt(30)), this::invokeAgain);
        }
    }

    private FunctionVersion anyVersion() {
        return version(NAMES.get(random.nextInt(NAMES.size())));
    }

    private FunctionVersion version(String name) {
        return Functions.version(Functions.id(name), random.nextBoolean() ? "7" : "8");
    }

    private Duration anyHold() {
        var longest = random.nextInt(50) == 0 ? CONFIG.longestHold() : CONFIG.usualHold();
        return Duration.ofMillis(100 + random.nextInt((int) longest.toMillis() - 99));
    }

    private void invoke(SimulatedFrontend frontend, FunctionVersion version, Duration hold) {
        switch (frontend.admissions.admit(version, hold.toNanos())) {
            case Admission.Decided decided -> {
                count(decided.getClass().getSimpleName() + " at once", 1);
                decided(frontend, version, hold, decided);
            }
            case Admission.Awaited(var answer) -> {
                count("awaited", 1);
                var told = new boolean[1];
                answer.whenDecided(decided -> {
                    check(!told[0], "Told twice");
                    told[0] = true;
                    check(!frontend.crashed, "Told by the dead");
                    decided(frontend, version, hold, decided);
                });
                time.after(
                        CONFIG.patience().plusMillis(25),
                        () -> check(told[0] || frontend.crashed, "Waits for too long"));
            }
        }
    }

    private void decided(
            SimulatedFrontend frontend, FunctionVersion version, Duration hold, Admission.Decided decided) {
        count(decided.getClass().getSimpleName(), 1);
        if (decided instanceof Admission.Admitted(var lease)) {
            var one = new Running(frontend.id, version.function().name());
            running.add(one);
            checkLimits(one.function);
            time.after(Duration.ofNanos(frontend.clock.real(runsFor(hold))), () -> ended(frontend, one, lease));
        }
    }

    /// Now and then an invocation takes as long as it may.
    private long runsFor(Duration hold) {
        return random.nextInt(5) == 0 ? hold.toNanos() : random.nextLong(hold.toNanos());
    }

    private void ended(SimulatedFrontend frontend, Running one, Lease lease) {
        running.remove(one);
        if (!frontend.crashed) {
            lease.close();
        }
    }

    private void checkLimits(String function) {
        long now = clock.nanos();
        if (!shard.isSettled()) {
            limits.recovers(now);
        }
        check(running.size() <= limits.most(now), "The account runs " + running.size());
        limits.mostReserved(now, function)
                .ifPresent(most -> check(runningOf(function) <= most, function + " runs " + runningOf(function)));
        if (limits.hasNothingOfItsOwn(now, function)) {
            long unreserved = running.stream()
                    .filter(one -> limits.isUnreserved(now, one.function))
                    .count();
            check(unreserved <= limits.mostUnreserved(now), "Without a reservation run " + unreserved);
            // What is provisioned of this function may run besides.
            long shared = unreserved - runningOf("video");
            check(function.equals("video") || shared <= limits.mostShared(now), "Of what is shared run " + shared);
        }
    }

    private long runningOf(String function) {
        return running.stream().filter(one -> one.function.equals(function)).count();
    }

    private void faultAgain() {
        if (busy) {
            fault();
            time.after(Duration.ofMillis(random.nextInt(700)), this::faultAgain);
        }
    }

    private void fault() {
        var frontend = frontends.get(random.nextInt(FRONTENDS));
        switch (random.nextInt(12)) {
            case 0, 1 -> crash(frontend);
            case 2, 3 -> {
                frontend.cutOff = true;
                time.after(Duration.ofMillis(random.nextInt(3_000)), () -> frontend.cutOff = false);
            }
            case 4 -> shard.crash();
            case 5 -> shard.cutOff();
            case 6 -> shard.handOver();
            case 7 -> clock.step(Duration.ofHours(random.nextInt(48) - 24));
            default -> change(anyLimits());
        }
    }

    private void crash(SimulatedFrontend frontend) {
        if (frontend.crashed) {
            return;
        }
        count("crashes", 1);
        frontend.crashed = true;
        int place = frontends.indexOf(frontend);
        time.after(Duration.ofMillis(random.nextInt(1_500)), () -> frontends.set(place, start(frontend.id.frontend())));
        if (random.nextInt(3) > 0) {
            time.after(Duration.ofMillis(random.nextInt(1_000)), () -> shard.gone(frontend.id, stillRunning(frontend)));
        }
        if (random.nextInt(6) > 0) {
            forgetWhenOver(frontend);
        }
    }

    private void forgetWhenOver(SimulatedFrontend frontend) {
        if (stillRunning(frontend).isEmpty()) {
            shard.gone(frontend.id, Map.of());
        } else {
            time.after(Duration.ofMillis(300), () -> forgetWhenOver(frontend));
        }
    }

    private Map<String, Integer> stillRunning(SimulatedFrontend frontend) {
        Map<String, Integer> byFunction = new HashMap<>();
        running.stream()
                .filter(one -> one.holder.equals(frontend.id))
                .forEach(one -> byFunction.merge(one.function, 1, Integer::sum));
        return byFunction;
    }

    private SimulatedFrontend start(String name) {
        var started = new SimulatedFrontend(new HolderId(name, ++incarnations), clock, random, CONFIG, this::carry);
        shard.register(started.id);
        time.after(Duration.ofMillis(random.nextInt(300)), () -> started.route = owner);
        return started;
    }

    /// Frontends hear one after the other of a new owner.
    private void begun(SimulatedShard.Owner next) {
        owner = next;
        for (int i = 0; i < FRONTENDS; i++) {
            int one = i;
            time.after(Duration.ofMillis(random.nextInt(300)), () -> frontends.get(one).route = owner);
        }
    }

    private void change(AccountLimits changed) {
        limits.change(clock.nanos(), changed);
        time.after(Duration.ofMillis(random.nextInt((int) LATEST_NEWS.toMillis())), shard::limitsChanged);
    }

    private AccountLimits anyLimits() {
        var functions = new HashMap<String, FunctionLimits>();
        functions.put("stopped", new FunctionLimits(OptionalInt.of(0), Map.of()));
        if (random.nextInt(3) > 0) {
            int reserved = random.nextInt(RESERVED);
            Map<String, Integer> provisioned =
                    random.nextInt(3) > 0 || reserved == 0 ? Map.of() : Map.of("7", 1 + random.nextInt(reserved));
            functions.put("orders", new FunctionLimits(OptionalInt.of(reserved), provisioned));
        }
        if (random.nextInt(4) == 0) {
            functions.put("search", new FunctionLimits(OptionalInt.of(random.nextInt(4)), Map.of()));
        }
        if (random.nextBoolean()) {
            functions.put("video", new FunctionLimits(OptionalInt.empty(), Map.of("7", 1 + random.nextInt(4))));
        }
        return new AccountLimits(random.nextInt(LIMIT), functions);
    }

    private void carry(SimulatedFrontend from, Holdings told) {
        count("told", 1);
        var to = from.route;
        if (to != null && from.isReachable()) {
            carry(() -> {
                if (from.isReachable()) {
                    to.received(told);
                }
            });
        }
    }

    private void carry(LedgerMessage message) {
        frontends.stream().filter(to -> to.id.equals(message.to())).forEach(to -> {
            if (to.isReachable()) {
                carry(() -> {
                    if (to.isReachable()) {
                        to.admissions.received(message);
                    }
                });
            }
        });
    }

    private void carry(Runnable delivery) {
        if (!likely(lostPercent)) {
            time.after(delay(), delivery);
        }
        if (likely(lostPercent)) {
            time.after(delay(), delivery);
        }
    }

    private Duration delay() {
        int longest = lostPercent == 0 ? 2_000 : likely(2) ? 3_000_000 : likely(10) ? 200_000 : 5_000;
        return Duration.ofNanos(1_000L * (100 + random.nextInt(longest)));
    }

    private boolean likely(int percent) {
        return random.nextInt(100) < percent;
    }

    /// No more invocations and no more faults: all comes back.
    private void settle() {
        busy = false;
        change(new AccountLimits(
                LIMIT, Map.of("orders", new FunctionLimits(OptionalInt.of(RESERVED), Map.of("7", RESERVED / 2)))));
        time.run(QUIET, () -> {});
        check(running.isEmpty(), "Something runs for too long");
        check(shard.committed() == 0, shard.committed() + " leases are held though nobody invokes");
        for (var frontend : frontends) {
            check(!frontend.crashed && frontend.admissions.batches() == 0, "A frontend keeps something for nothing");
        }
    }

    /// All but a twentieth of what there is can be used by one frontend, also when others have used it just before.
    private void useAll() {
        for (int i = 0; i < 8; i++) {
            for (var frontend : frontends) {
                invoke(frontend, version("mail"), Duration.ofMillis(20));
            }
        }
        time.run(Duration.ofMillis(60), () -> {});
        int most = 0;
        int mostReserved = 0;
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < LIMIT; j++) {
                invokeForLong(j % 4 == 0 ? Functions.version(Functions.id("orders"), "7") : version("mail"));
            }
            time.run(Duration.ofMillis(20), () -> {});
            most = Math.max(most, running.size());
            mostReserved = Math.max(mostReserved, (int) runningOf("orders"));
        }
        check(most >= 0.95 * LIMIT, "Only " + most + " could be used");
        check(mostReserved >= 0.95 * RESERVED, "Only " + mostReserved + " of the reservation could be used");
        time.run(QUIET, () -> {});
        check(shard.committed() == 0, shard.committed() + " leases are held in the end");
    }

    private void invokeForLong(FunctionVersion version) {
        invoke(frontends.getFirst(), version, CONFIG.usualHold());
    }

    private void count(String what, int times) {
        counts.merge(what, times, Integer::sum);
    }

    private static void check(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
