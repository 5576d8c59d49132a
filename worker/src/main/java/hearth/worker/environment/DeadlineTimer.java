package hearth.worker.environment;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/// One deadline at a time, on an event loop.
///
/// Setting one costs nothing while a task for an earlier moment is still pending: that task finds the new
/// deadline and waits for it. So thousands of short invocations share one task.
final class DeadlineTimer {
    private static final long NONE = Long.MAX_VALUE;

    private final EventLoop loop;
    private final Runnable passed;
    private long deadline = NONE;
    private boolean armed;
    private long pendingUntil;

    DeadlineTimer(EventLoop loop, Guard guard, Runnable passed) {
        this.loop = loop;
        this.passed = guard.around(passed);
    }

    /// @param nanos on the loop's clock; replaces the last deadline
    void set(long nanos) {
        deadline = nanos;
        if (!armed || nanos - pendingUntil < 0) {
            arm(nanos);
        }
    }

    long nanos() {
        return deadline;
    }

    void clear() {
        deadline = NONE;
    }

    private void arm(long nanos) {
        armed = true;
        pendingUntil = nanos;
        var _ = loop.schedule(() -> fired(nanos), nanos - loop.ticker().nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void fired(long nanos) {
        if (nanos != pendingUntil) {
            // A later task for an earlier deadline took over.
            return;
        }
        armed = false;
        if (deadline == NONE) {
            return;
        }
        if (deadline - loop.ticker().nanoTime() > 0) {
            arm(deadline);
        } else {
            deadline = NONE;
            passed.run();
        }
    }
}
