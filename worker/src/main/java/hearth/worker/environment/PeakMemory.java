package hearth.worker.environment;

import hearth.model.Bytes;
import hearth.worker.sandbox.Sandbox;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;

/// The most memory that an environment ever used, for its REPORT lines.
///
/// Asking the kernel costs more than the rest of a short invocation's bookkeeping, so what it said last is taken as
/// good for a moment. That is a trade: what an invocation of a few milliseconds took shows in its own line only where
/// it is the first in that moment, else in a later one.
final class PeakMemory {
    private static final System.Logger LOG = System.getLogger(PeakMemory.class.getName());
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final long GOOD_FOR = Duration.ofMillis(100).toNanos();

    private final Sandbox sandbox;
    private Bytes last = new Bytes(0);
    private long askedAt;
    private boolean asked;
    private boolean failing;

    PeakMemory(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    /// Where the kernel does not tell, what it told last stands: no invocation fails for a figure in its log.
    ///
    /// @param duration of the invocation that has ended
    Bytes after(Duration duration, long nanos) {
        if (!asked || duration.compareTo(SHORT) > 0 || nanos - askedAt > GOOD_FOR) {
            asked = true;
            askedAt = nanos;
            ask();
        }
        return last;
    }

    private void ask() {
        try {
            last = sandbox.peakMemory();
            failing = false;
        } catch (UncheckedIOException e) {
            LOG.log(failing ? Level.DEBUG : Level.WARNING, "The memory that a sandbox took cannot be read", e);
            failing = true;
        }
    }
}
