package hearth.invoke.counting;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/// One account's running invocations in one region. Its limits span functions, so one lock, this object's, guards
/// all of it; it is never held across I/O. An admission takes the same few steps however many functions there are.
final class AccountCount {
    private final int limit;

    /// Those that run something, or have limits of their own.
    private final Map<String, FunctionCount> functions = new HashMap<>();

    private int total;
    /// What functions have for themselves alone, used or not.
    private long setAside;
    /// What runs of the rest.
    private int shared;

    AccountCount(int limit) {
        this.limit = limit;
    }

    synchronized Admission.Decided admit(String name, String versionName) {
        var function = function(name);
        var version = function.version(versionName);
        if (!version.hasProvisioned()) {
            if (function.isReserved()) {
                if (function.isReservationUsedUp()) {
                    return new Admission.Throttled(
                            ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
                }
            } else if (shared >= limit - setAside) {
                forgetIfIdle(function);
                return new Admission.Throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
            }
        }
        // Made before anything is counted: without memory for it nothing is.
        var admitted = new Admission.Admitted(new CountedLease(function, version));
        shared -= function.shared();
        version.begin();
        shared += function.shared();
        total++;
        return admitted;
    }

    private synchronized void release(FunctionCount function, FunctionCount.Version version) {
        shared -= function.shared();
        version.end();
        shared += function.shared();
        total--;
        forgetIfIdle(function);
    }

    synchronized void limit(String name, FunctionLimits limits) {
        var function = function(name);
        setAside -= function.setAside();
        shared -= function.shared();
        function.limit(limits);
        setAside += function.setAside();
        shared += function.shared();
        forgetIfIdle(function);
    }

    synchronized int running() {
        return total;
    }

    private FunctionCount function(String name) {
        var known = functions.get(name);
        return known != null ? known : functions.computeIfAbsent(name, FunctionCount::new);
    }

    private void forgetIfIdle(FunctionCount function) {
        if (function.isForgettable()) {
            functions.remove(function.name);
        }
    }

    private final class CountedLease implements Lease {
        private final AtomicBoolean closed = new AtomicBoolean();
        private final FunctionCount function;
        private final FunctionCount.Version version;

        CountedLease(FunctionCount function, FunctionCount.Version version) {
            this.function = function;
            this.version = version;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                release(function, version);
            }
        }
    }
}
