package hearth.invoke.counting;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/// One account's running invocations in one region. Its limits span functions, so one lock, this object's, guards
/// all of it; it is never held across I/O.
final class AccountCount {
    /// By function name; a function that runs nothing has no entry.
    private final Map<String, Integer> running = new HashMap<>();

    private int total;
    private ConcurrencyLimits limits;
    private int unreservedLimit;

    AccountCount(ConcurrencyLimits limits) {
        this.limits = limits;
        this.unreservedLimit = limits.unreserved();
    }

    synchronized Admission admit(String function) {
        var own = limits.reservedFor(function);
        if (own.isPresent()) {
            if (running.getOrDefault(function, 0) >= own.getAsInt()) {
                return new Admission.Throttled(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
            }
        } else if (runningUnreserved() >= unreservedLimit
                && running.getOrDefault(function, 0) >= limits.provisionedFor(function)) {
            return new Admission.Throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
        }
        running.merge(function, 1, Integer::sum);
        total++;
        return new Admission.Admitted(new CountedLease(function));
    }

    synchronized void limit(ConcurrencyLimits changed) {
        limits = changed;
        unreservedLimit = changed.unreserved();
    }

    synchronized int running() {
        return total;
    }

    /// Derived, not kept: a reservation may come or go while its function runs. Where anything is reserved, it takes
    /// longer the more functions run.
    private int runningUnreserved() {
        if (limits.reserved().isEmpty() && limits.provisioned().isEmpty()) {
            return total;
        }
        int unreserved = 0;
        for (var one : running.entrySet()) {
            var function = one.getKey();
            if (!limits.reserved().containsKey(function)) {
                unreserved += Math.max(0, one.getValue() - limits.provisionedFor(function));
            }
        }
        return unreserved;
    }

    private synchronized void release(String function) {
        running.computeIfPresent(function, (_, count) -> count == 1 ? null : count - 1);
        total--;
    }

    private final class CountedLease implements Lease {
        private final AtomicBoolean closed = new AtomicBoolean();
        private final String function;

        CountedLease(String function) {
            this.function = function;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                release(function);
            }
        }
    }
}
