package hearth.worker.environment;

import hearth.model.worker.InvocationOutcome.NotRunnable;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.LongAdder;

/// The defects that the environments of a worker met: whatever threw where nothing should. Each is logged once, and
/// counted.
public final class Defects {
    private static final System.Logger LOG = System.getLogger(Defects.class.getName());

    private final LongAdder count = new LongAdder();

    public long count() {
        return count.sum();
    }

    /// What those are told whose function cannot run because of it.
    public static NotRunnable asReason(Throwable defect) {
        return new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "The worker failed: " + defect);
    }

    /// Never throws: whoever met a defect has others to look after.
    public void met(String where, Throwable defect) {
        count.increment();
        try {
            LOG.log(Level.ERROR, where, defect);
        } catch (RuntimeException | Error e) {
            // It is counted.
        }
    }
}
