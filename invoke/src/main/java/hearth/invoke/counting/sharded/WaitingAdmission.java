package hearth.invoke.counting.sharded;

import hearth.invoke.counting.Admission;
import hearth.invoke.counting.AwaitedAdmission;
import hearth.model.FunctionVersion;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An invocation that waits for a lease.
final class WaitingAdmission implements AwaitedAdmission {
    final FunctionVersion version;
    final long holdNanos;
    /// When it began to wait, by the frontend's clock.
    final long since;

    /// Guarded by this, as all below.
    private Admission.@Nullable Decided decided;

    private @Nullable Consumer<Admission.Decided> listener;
    private boolean withdrawn;

    WaitingAdmission(FunctionVersion version, long holdNanos, long since) {
        this.version = version;
        this.holdNanos = holdNanos;
        this.since = since;
    }

    @Override
    public void whenDecided(Consumer<Admission.Decided> told) {
        Admission.Decided already;
        synchronized (this) {
            already = decided;
            if (already == null) {
                listener = told;
            }
        }
        if (already != null) {
            told.accept(already);
        }
    }

    @Override
    public synchronized boolean withdraw() {
        if (decided == null) {
            withdrawn = true;
        }
        return withdrawn;
    }

    synchronized boolean isWithdrawn() {
        return withdrawn;
    }

    /// To be called once, without a lock. A lease that nobody wants any more is given back.
    void decide(Admission.Decided answer) {
        boolean unwanted;
        Consumer<Admission.Decided> waits;
        synchronized (this) {
            unwanted = withdrawn;
            decided = answer;
            waits = listener;
        }
        if (!unwanted && waits != null) {
            waits.accept(answer);
        } else if (unwanted && answer instanceof Admission.Admitted(var lease)) {
            lease.close();
        }
    }
}
