package hearth.invoke.counting;

import static hearth.invoke.Functions.ACCOUNT;
import static hearth.invoke.Functions.REGION;
import static hearth.invoke.counting.ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED;
import static hearth.invoke.counting.ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.invoke.Functions;
import hearth.invoke.counting.Admission.Admitted;
import hearth.invoke.counting.Admission.Throttled;
import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import java.util.ArrayList;
import java.util.Map;
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

        assertThat(counting.admit(ORDERS)).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
    }

    @Test
    void admitsAgainOnceALeaseIsClosed() {
        var first = admit(MAIL);
        admit(MAIL);

        first.close();

        assertThat(counting.admit(SEARCH)).isInstanceOf(Admitted.class);
    }

    @Test
    void countsALeaseThatIsClosedTwiceOnlyOnce() {
        var first = admit(MAIL);
        admit(MAIL);

        first.close();
        first.close();
        admit(MAIL);

        assertThat(counting.admit(MAIL)).isInstanceOf(Throttled.class);
        assertThat(counting.running(ACCOUNT, REGION)).isEqualTo(2);
    }

    @Test
    void keepsAnIdleReservationFromOtherFunctions() {
        counting.limit(ACCOUNT, REGION, new ConcurrencyLimits(2, Map.of("orders", 1), Map.of()));
        admit(MAIL);

        assertThat(counting.admit(SEARCH)).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        assertThat(counting.admit(ORDERS)).isInstanceOf(Admitted.class);
    }

    @Test
    void holdsAFunctionToItsReservation() {
        counting.limit(ACCOUNT, REGION, new ConcurrencyLimits(10, Map.of("orders", 1), Map.of()));
        admit(ORDERS);

        assertThat(counting.admit(ORDERS))
                .isEqualTo(new Throttled(RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
        assertThat(counting.admit(MAIL)).isInstanceOf(Admitted.class);
    }

    @Test
    void keepsWhatIsProvisionedForAFunctionFromOthersAndLetsItHaveMore() {
        counting.limit(ACCOUNT, REGION, new ConcurrencyLimits(3, Map.of(), Map.of("orders", 2)));
        admit(MAIL);
        assertThat(counting.admit(SEARCH)).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));

        admit(ORDERS);
        admit(ORDERS);

        assertThat(counting.admit(ORDERS)).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
    }

    @Test
    void letsAFunctionHaveOfTheSharedRestWhatIsNotProvisioned() {
        counting.limit(ACCOUNT, REGION, new ConcurrencyLimits(3, Map.of(), Map.of("orders", 1)));
        admit(ORDERS);
        admit(ORDERS);
        admit(ORDERS);

        assertThat(counting.admit(ORDERS)).isInstanceOf(Throttled.class);
        assertThat(counting.admit(MAIL)).isInstanceOf(Throttled.class);
    }

    @Test
    void alwaysThrottlesAFunctionThatReservesNothing() {
        counting.limit(ACCOUNT, REGION, new ConcurrencyLimits(10, Map.of("orders", 0), Map.of()));

        assertThat(counting.admit(ORDERS))
                .isEqualTo(new Throttled(RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED));
    }

    @Test
    void countsWhatRunsWhenAReservationComesAndGoes() {
        var order = admit(ORDERS);
        admit(ORDERS);

        counting.limit(ACCOUNT, REGION, new ConcurrencyLimits(3, Map.of("orders", 1), Map.of()));
        assertThat(counting.admit(ORDERS)).isInstanceOf(Throttled.class);
        admit(MAIL);
        admit(MAIL);
        assertThat(counting.admit(MAIL)).isEqualTo(new Throttled(CONCURRENT_INVOCATION_LIMIT_EXCEEDED));

        counting.limit(ACCOUNT, REGION, ConcurrencyLimits.ofAccount(4));
        assertThat(counting.admit(SEARCH)).isInstanceOf(Throttled.class);
        order.close();
        assertThat(counting.admit(SEARCH)).isInstanceOf(Admitted.class);
    }

    @Test
    void countsAccountsAndRegionsApart() {
        admit(MAIL);
        admit(MAIL);

        var elsewhere = new FunctionId(ACCOUNT, new Region("eu-west-1"), "mail");
        var other = new FunctionId(new AccountId("210987654321"), REGION, "mail");
        assertThat(counting.admit(elsewhere)).isInstanceOf(Admitted.class);
        assertThat(counting.admit(other)).isInstanceOf(Admitted.class);
    }

    @Test
    void refusesNegativeLimits() {
        assertThatThrownBy(() -> new ConcurrencyLimits(-1, Map.of(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ConcurrencyLimits(1, Map.of("orders", -1), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
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
                if (shared.admit(i % 2 == 0 ? MAIL : SEARCH) instanceof Admitted(var lease)) {
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
            assertThat(shared.admit(MAIL)).isInstanceOf(Admitted.class);
        }
        assertThat(shared.admit(MAIL)).isInstanceOf(Throttled.class);
    }

    private Lease admit(FunctionId function) {
        if (counting.admit(function) instanceof Admitted(var lease)) {
            return lease;
        }
        throw new AssertionError("Not admitted: " + function);
    }
}
