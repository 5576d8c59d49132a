package hearth.worker;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Throws once in what a test arms: when one method is called for the nth time.
final class Faults {
    private record Armed(String method, AtomicInteger left, Supplier<? extends Throwable> fault) {}

    private volatile @Nullable Armed armed;

    void arm(String method, int nth, Supplier<? extends Throwable> fault) {
        armed = new Armed(method, new AtomicInteger(nth), fault);
    }

    /// @return whether it has thrown
    boolean disarm() {
        var last = armed;
        armed = null;
        return last != null && last.left.get() <= 0;
    }

    void at(String method) {
        var set = armed;
        if (set != null && set.method.equals(method) && set.left.decrementAndGet() == 0) {
            sneak(set.fault.get());
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable fault) throws T {
        throw (T) fault;
    }
}
