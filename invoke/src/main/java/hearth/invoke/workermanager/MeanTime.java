package hearth.invoke.workermanager;

import java.time.Duration;

/// How long something takes lately: an average in which each new value counts for an eighth. Guarded as the
/// EnvironmentTable is.
final class MeanTime {
    private static final double SHARE = 1.0 / 8;
    private double nanos = Double.POSITIVE_INFINITY;

    void add(Duration time) {
        nanos = known() ? nanos + (time.toNanos() - nanos) * SHARE : time.toNanos();
    }

    boolean known() {
        return nanos < Double.POSITIVE_INFINITY;
    }

    /// Infinite until something is known.
    double nanos() {
        return nanos;
    }
}
