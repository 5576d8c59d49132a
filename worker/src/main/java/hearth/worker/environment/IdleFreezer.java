package hearth.worker.environment;

import hearth.worker.sandbox.Sandbox;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Freezes a sandbox that has been idle for a while, and thaws it for the next invocation.
///
/// A task is scheduled only if none is pending, so that an environment under load freezes never and schedules
/// rarely.
final class IdleFreezer {
    private final Sandbox sandbox;
    private final EventLoop loop;
    private final long delayNanos;
    private final Runnable look;
    private long idleSince;
    private boolean idle;
    private boolean pending;
    private boolean frozen;

    IdleFreezer(Sandbox sandbox, EventLoop loop, Guard guard, Duration delay) {
        this.sandbox = sandbox;
        this.loop = loop;
        this.delayNanos = delay.toNanos();
        this.look = guard.around(this::look);
    }

    void idleSince(long nanos) {
        idle = true;
        idleSince = nanos;
        if (!pending) {
            schedule(delayNanos);
        }
    }

    /// An invocation begins.
    void thaw() {
        idle = false;
        if (frozen) {
            frozen = false;
            sandbox.thaw();
        }
    }

    /// Nothing is frozen from now on.
    void close() {
        idle = false;
    }

    private void schedule(long nanos) {
        pending = true;
        var _ = loop.schedule(look, nanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        pending = false;
        if (!idle || frozen) {
            return;
        }
        long left = idleSince + delayNanos - loop.ticker().nanoTime();
        if (left > 0) {
            schedule(left);
        } else {
            frozen = true;
            sandbox.freeze();
        }
    }
}
