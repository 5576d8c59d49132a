package hearth.worker.loops;

import io.netty.channel.IoHandlerContext;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How late an event loop may notice what happens: when it looks for news again only after it has dealt with
/// all that it found before, what came meanwhile has waited.
///
/// One for each loop, used by its thread alone.
public final class LoopLateness {
    private static final FastThreadLocal<@Nullable LoopLateness> OF_THREAD = new FastThreadLocal<>();

    /// A look that takes longer has waited, so that what ended the wait has just come.
    private static final long WAITED = Duration.ofNanos(200_000).toNanos();

    private final Look look = new Look();
    private long began;
    private long lastLook = System.nanoTime();
    /// The first moment at which that may have come which is being dealt with.
    private long earliest = lastLook;

    LoopLateness() {}

    /// By how much the caller's loop may be late with what it is dealing with, in nanoseconds; 0 on other
    /// threads.
    public static long nanos() {
        var lateness = OF_THREAD.getIfExists();
        return lateness == null ? 0 : System.nanoTime() - lateness.earliest;
    }

    /// The loop is about to look, in this context.
    IoHandlerContext about(IoHandlerContext context) {
        if (OF_THREAD.getIfExists() != this) {
            OF_THREAD.set(this);
        }
        began = System.nanoTime();
        look.context = context;
        return look;
    }

    private void looked() {
        long now = System.nanoTime();
        earliest = now - began > WAITED ? now : lastLook;
        lastLook = now;
    }

    /// Notices the end of a look: Netty asks then whether it is to take the time.
    private final class Look implements IoHandlerContext {
        private @Nullable IoHandlerContext context;

        private IoHandlerContext context() {
            return java.util.Objects.requireNonNull(context, "no look yet");
        }

        @Override
        public boolean canBlock() {
            return context().canBlock();
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return context().delayNanos(currentTimeNanos);
        }

        @Override
        public long deadlineNanos() {
            return context().deadlineNanos();
        }

        @Override
        public void reportActiveIoTime(long activeNanos) {
            context().reportActiveIoTime(activeNanos);
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            looked();
            return context().shouldReportActiveIoTime();
        }
    }
}
