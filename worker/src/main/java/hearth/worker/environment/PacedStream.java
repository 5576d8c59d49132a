package hearth.worker.environment;

import hearth.worker.runtimeapi.PieceSink;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Passes an answer on no faster than its pace allows.
///
/// A piece leaves at once. It is said to be taken when credit for it has come and its time is over.
final class PacedStream implements PieceSink {
    /// Where the pieces go.
    @FunctionalInterface
    interface Outlet {
        /// @param number counts the pieces, from 1
        void send(long number, byte[] piece);
    }

    private final Outlet outlet;
    private final EventLoop loop;
    private final Guard guard;
    private final StreamPace pace;
    private final long burstNanos;
    /// When all that was written would have gone out without the burst.
    private long dueAt;

    private long sent;
    private boolean discarding;
    /// To be run when the last piece is taken; null if it was.
    private @Nullable Runnable taken;

    PacedStream(Outlet outlet, EventLoop loop, Guard guard, StreamPace pace) {
        this.outlet = outlet;
        this.loop = loop;
        this.guard = guard;
        this.pace = pace;
        this.burstNanos = pace.nanosFor(pace.burst().count());
        this.dueAt = now();
    }

    @Override
    public void write(byte[] piece, Runnable taken) {
        if (discarding) {
            taken.run();
            return;
        }
        long now = now();
        dueAt = now + Math.max(0, dueAt - now) + pace.nanosFor(piece.length);
        this.taken = taken;
        outlet.send(++sent, piece);
    }

    /// Credit has come.
    ///
    /// @param pieces for so many in all
    void credited(long pieces) {
        if (taken != null && pieces >= sent) {
            var paid = taken;
            taken = null;
            payFor(paid);
        }
    }

    /// Nobody wants the answer any more: what comes of it falls away.
    void discard() {
        discarding = true;
        var held = taken;
        if (held != null) {
            taken = null;
            loop.execute(guard.around(held));
        }
    }

    private void payFor(Runnable taken) {
        long early = dueAt - burstNanos - now();
        if (early <= 0) {
            taken.run();
        } else {
            var _ = loop.schedule(guard.around(taken), early, TimeUnit.NANOSECONDS);
        }
    }

    private long now() {
        return loop.ticker().nanoTime();
    }
}
