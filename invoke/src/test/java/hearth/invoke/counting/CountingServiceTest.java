package hearth.invoke.counting;

import static hearth.invoke.Functions.ACCOUNT;
import static hearth.invoke.Functions.REGION;
import static hearth.invoke.Functions.version;
import static hearth.invoke.counting.ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED;
import static hearth.invoke.counting.ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.invoke.Functions;
import hearth.invoke.counting.Admission.Admitted;
import hearth.invoke.counting.Admission.Throttled;
import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.FunctionVersion;
import hearth.model.Region;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class CountingServiceTest {
    private static final FunctionId MAIL = Functions.id("mail");
    private static final FunctionId SEARCH = Functions.id("search");
    private static final FunctionId ORDERS = Functions.id("orders");

    private final CountingService counting = new CountingService(2);

    @Test
    void admitsUpToTheAccountsLimitAndNoMore() {
        admit(MAIL);
        admit(SEARCH);

        assertThat(counting.admit(latest(ORDERS))).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
    }

    @Test
    void admitsAgainOnceALeaseIsClosed() {
        var first = admit(MAIL);
        admit(MAIL);

        first.close();

        assertThat(counting.admit(latest(SEARCH))).isInstanceOf(Admitted.class);
    }

    @Test
    void countsALeaseThatIsClosedTwiceOnlyOnce() {
        var first = admit(MAIL);
        admit(MAIL);

        first.close();
        first.close();
        admit(MAIL);

        assertThat(counting.admit(latest(MAIL))).isInstanceOf(Throttled.class);
        assertThat(counting.running(ACCOUNT, REGION)).isEqualTo(2);
    }

    @Test
    void keepsAnIdleReservationFromOtherFunctions() {
        counting.limit(ORDERS, reserved(1));
        admit(MAIL);

        assertThat(counting.admit(latest(SEARCH))).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        assertThat(counting.admit(latest(ORDERS))).isInstanceOf(Admitted.class);
    }

    @Test
    void holdsAFunctionToItsReservation() {
        counting.limit(ORDERS, reserved(1));
        admit(ORDERS);

        assertThat(counting.admit(latest(ORDERS)))
                .isEqualTo(new Throttled(RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        assertThat(counting.admit(latest(MAIL))).isInstanceOf(Admitted.class);
    }

    @Test
    void keepsWhatIsProvisionedForAVersionFromOthersAndLetsItHaveMore() {
        var counting = new CountingService(3);
        counting.limit(ORDERS, provisioned(Map.of("7", 2)));
        admit(counting, MAIL, "1");
        assertThat(counting.admit(version(SEARCH, "1"))).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));

        admit(counting, ORDERS, "7");
        admit(counting, ORDERS, "7");

        assertThat(counting.admit(version(ORDERS, "7"))).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
    }

    @Test
    void letsNoOtherVersionUseUpWhatIsProvisionedForOne() {
        var counting = new CountingService(3);
        counting.limit(ORDERS, provisioned(Map.of("7", 2)));
        admit(counting, ORDERS, "8");

        assertThat(counting.admit(version(ORDERS, "8"))).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        admit(counting, ORDERS, "7");
        admit(counting, ORDERS, "7");
    }

    @Test
    void countsWhatIsProvisionedAsPartOfAReservation() {
        var counting = new CountingService(10);
        counting.limit(ORDERS, new FunctionLimits(OptionalInt.of(3), Map.of("7", 2)));
        var throttled = new Throttled(RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);

        admit(counting, ORDERS, "8");
        assertThat(counting.admit(version(ORDERS, "8"))).isEqualTo(throttled);
        admit(counting, ORDERS, "7");
        var second = admit(counting, ORDERS, "7");
        assertThat(counting.admit(version(ORDERS, "7"))).isEqualTo(throttled);
        for (int i = 0; i < 7; i++) {
            admit(counting, MAIL, "1");
        }
        assertThat(counting.admit(version(MAIL, "1"))).isInstanceOf(Throttled.class);

        second.close();
        assertThat(counting.admit(version(ORDERS, "8"))).isEqualTo(throttled);
        assertThat(counting.admit(version(ORDERS, "7"))).isInstanceOf(Admitted.class);
    }

    @Test
    void letsAFunctionHaveOfTheSharedRestWhatIsNotProvisioned() {
        var counting = new CountingService(3);
        counting.limit(ORDERS, provisioned(Map.of("7", 1)));
        admit(counting, ORDERS, "7");
        admit(counting, ORDERS, "7");
        admit(counting, ORDERS, "7");

        assertThat(counting.admit(version(ORDERS, "7"))).isInstanceOf(Throttled.class);
        assertThat(counting.admit(version(MAIL, "1"))).isInstanceOf(Throttled.class);
    }

    /// Against a count that adds everything up anew each time.
    @Test
    void countsRightWhateverComesAndGoes() {
        var random = new Random(20261126);
        var functions = List.of(MAIL, SEARCH, ORDERS);
        for (int round = 0; round < 200; round++) {
            var limit = random.nextInt(12);
            var counting = new CountingService(limit);
            var limits = new HashMap<FunctionId, FunctionLimits>();
            var running = new HashMap<FunctionVersion, List<Lease>>();
            for (int step = 0; step < 100; step++) {
                var function = functions.get(random.nextInt(functions.size()));
                var version = version(function, Integer.toString(random.nextInt(3)));
                var leases = running.computeIfAbsent(version, _ -> new ArrayList<>());
                switch (random.nextInt(5)) {
                    case 0 -> {
                        var changed = new FunctionLimits(
                                random.nextInt(3) == 0 ? OptionalInt.of(random.nextInt(6)) : OptionalInt.empty(),
                                random.nextBoolean() ? Map.of() : Map.of("1", random.nextInt(3), "2", 1));
                        limits.put(function, changed);
                        counting.limit(function, changed);
                    }
                    case 1, 2 -> {
                        if (!leases.isEmpty()) {
                            leases.removeLast().close();
                        }
                    }
                    default -> {
                        boolean expected = mayRun(version, limit, limits, running);
                        var admission = counting.admit(version);
                        assertThat(admission instanceof Admitted).isEqualTo(expected);
                        if (admission instanceof Admitted(var lease)) {
                            leases.add(lease);
                        }
                    }
                }
            }
            assertThat(counting.running(ACCOUNT, REGION))
                    .isEqualTo(running.values().stream().mapToInt(List::size).sum());
        }
    }

    private static boolean mayRun(
            FunctionVersion version,
            int limit,
            Map<FunctionId, FunctionLimits> limits,
            Map<FunctionVersion, List<Lease>> running) {
        var own = limits.getOrDefault(version.function(), FunctionLimits.NONE);
        if (running.getOrDefault(version, List.of()).size() < own.provisioned().getOrDefault(version.version(), 0)) {
            return true;
        }
        if (own.reserved().isPresent()) {
            int provisioned =
                    own.provisioned().values().stream().mapToInt(one -> one).sum();
            return beyond(version.function(), own, running) < own.reserved().getAsInt() - provisioned;
        }
        int setAside = limits.values().stream()
                .mapToInt(one -> one.reserved()
                        .orElse(one.provisioned().values().stream()
                                .mapToInt(p -> p)
                                .sum()))
                .sum();
        int shared = running.keySet().stream()
                .map(FunctionVersion::function)
                .distinct()
                .filter(function -> limits.getOrDefault(function, FunctionLimits.NONE)
                        .reserved()
                        .isEmpty())
                .mapToInt(function -> beyond(function, limits.getOrDefault(function, FunctionLimits.NONE), running))
                .sum();
        return shared < limit - setAside;
    }

    private static int beyond(FunctionId function, FunctionLimits limits, Map<FunctionVersion, List<Lease>> running) {
        return running.entrySet().stream()
                .filter(one -> one.getKey().function().equals(function))
                .mapToInt(one -> Math.max(
                        0,
                        one.getValue().size()
                                - limits.provisioned().getOrDefault(one.getKey().version(), 0)))
                .sum();
    }

    @Test
    void alwaysThrottlesAFunctionThatReservesNothing() {
        counting.limit(ORDERS, reserved(0));

        assertThat(counting.admit(latest(ORDERS)))
                .isEqualTo(new Throttled(RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
    }

    @Test
    void countsWhatRunsWhenAReservationComesAndGoes() {
        var counting = new CountingService(3);
        var order = admit(counting, ORDERS, "1");
        admit(counting, ORDERS, "1");

        counting.limit(ORDERS, reserved(1));
        assertThat(counting.admit(version(ORDERS, "1"))).isInstanceOf(Throttled.class);
        admit(counting, MAIL, "1");
        var mail = admit(counting, MAIL, "1");
        assertThat(counting.admit(version(MAIL, "1"))).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));

        counting.limit(ORDERS, FunctionLimits.NONE);
        mail.close();
        assertThat(counting.admit(version(SEARCH, "1"))).isInstanceOf(Throttled.class);
        order.close();
        assertThat(counting.admit(version(SEARCH, "1"))).isInstanceOf(Admitted.class);
    }

    @Test
    void countsAccountsAndRegionsApart() {
        admit(MAIL);
        admit(MAIL);

        var elsewhere = new FunctionId(ACCOUNT, new Region("eu-west-1"), "mail");
        var other = new FunctionId(new AccountId("210987654321"), REGION, "mail");
        assertThat(counting.admit(latest(elsewhere))).isInstanceOf(Admitted.class);
        assertThat(counting.admit(latest(other))).isInstanceOf(Admitted.class);
    }

    @Test
    void refusesNegativeLimits() {
        assertThatThrownBy(() -> new CountingService(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> reserved(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> provisioned(Map.of("1", -1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void neverExceedsALimitUnderManyThreads() throws Exception {
        var limit = 10;
        var shared = new CountingService(limit);
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        Callable<Integer> invoker = () -> {
            int admitted = 0;
            for (int i = 0; i < 2_000; i++) {
                if (shared.admit(latest(i % 2 == 0 ? MAIL : SEARCH)) instanceof Admitted(var lease)) {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    admitted++;
                    LockSupport.parkNanos(1_000);
                    running.decrementAndGet();
                    lease.close();
                }
            }
            return admitted;
        };
        var invokers = new ArrayList<Future<Integer>>();
        try (var threads = Executors.newFixedThreadPool(16)) {
            for (int i = 0; i < 16; i++) {
                invokers.add(threads.submit(invoker));
            }
        }

        assertThat(most.get()).isBetween(2, limit);
        int admitted = 0;
        for (var one : invokers) {
            admitted += one.get();
        }
        assertThat(admitted).isBetween(limit, 16 * 2_000 - 1);
        assertThat(shared.running(ACCOUNT, REGION)).isZero();
        for (int i = 0; i < limit; i++) {
            assertThat(shared.admit(latest(MAIL))).isInstanceOf(Admitted.class);
        }
        assertThat(shared.admit(latest(MAIL))).isInstanceOf(Throttled.class);
    }

    private Lease admit(FunctionId function) {
        return admit(counting, function, FunctionId.LATEST);
    }

    private static Lease admit(CountingService counting, FunctionId function, String version) {
        if (counting.admit(version(function, version)) instanceof Admitted(var lease)) {
            return lease;
        }
        throw new AssertionError("Not admitted: " + function + " " + version);
    }

    private static FunctionVersion latest(FunctionId function) {
        return version(function, FunctionId.LATEST);
    }

    private static FunctionLimits reserved(int reserved) {
        return new FunctionLimits(OptionalInt.of(reserved), Map.of());
    }

    private static FunctionLimits provisioned(Map<String, Integer> provisioned) {
        return new FunctionLimits(OptionalInt.empty(), provisioned);
    }
}
