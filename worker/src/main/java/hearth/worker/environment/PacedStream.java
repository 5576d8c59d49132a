package hearth.worker.environment;

import hearth.model.worker.AnswerStream;
import io.netty.channel.EventLoop;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Passes an answer on no faster than its pace allows, and has its pieces taken on the environment's event loop.
///
/// A piece leaves at once, and is only said to be taken when its time is over.
final class PacedStream implements AnswerStream {
    private static final System.Logger LOG = System.getLogger(PacedStream.class.getName());

    private final AnswerStream stream;
    private final EventLoop loop;
    private final Guard guard;
    private final StreamPace pace;
    private final long burstNanos;
    /// When all that was written would have gone out without the burst.
    private long dueAt;

    PacedStream(AnswerStream stream, EventLoop loop, Guard guard, StreamPace pace) {
        this.stream = stream;
        this.loop = loop;
        this.guard = guard;
        this.pace = pace;
        this.burstNanos = pace.nanosFor(pace.burst().count());
        this.dueAt = now();
    }

    @Override
    public void write(byte[] piece, Runnable taken) {
        long now = now();
        dueAt = now + Math.max(0, dueAt - now) + pace.nanosFor(piece.length);
        stream.write(piece, () -> onLoop(() -> payFor(taken)));
    }

    private void payFor(Runnable taken) {
        long early = dueAt - burstNanos - now();
        if (early <= 0) {
            taken.run();
        } else {
            var _ = loop.schedule(guard.around(taken), early, TimeUnit.NANOSECONDS);
        }
    }

    private void onLoop(Runnable task) {
        try {
            guard.later(task);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and with it the environment.
            LOG.log(Level.DEBUG, "A piece of an answer was taken after the end", e);
        }
    }

    private long now() {
        return loop.ticker().nanoTime();
    }
}
