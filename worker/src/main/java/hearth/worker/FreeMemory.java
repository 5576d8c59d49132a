package hearth.worker;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/// Whether this host has memory for one more environment: a sixteenth of it stays free, and a quarter where the
/// environment is one that stays whether it is needed or not.
///
/// Whoever asks is told what was so at the last look, at once; a look that is too old is followed by another.
final class FreeMemory {
    private static final Logger log = System.getLogger(FreeMemory.class.getName());
    private static final int RESERVED_SHARE = 16;
    private static final int RESERVED_FROM_KEPT = 4;
    private static final long GOOD_FOR = Duration.ofMillis(100).toNanos();

    private final Path figures;
    private final Executor blocking;
    private final LongSupplier nanos;
    private final Runnable onChange;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean enough = true;
    private volatile boolean enoughToKeep = true;
    private volatile long lookedAt;

    /// @param figures `/proc/meminfo`
    /// @param onChange called when there is enough, or no longer
    FreeMemory(Path figures, Executor blocking, LongSupplier nanos, Runnable onChange) {
        this.figures = figures;
        this.blocking = blocking;
        this.nanos = nanos;
        this.onChange = onChange;
        this.lookedAt = nanos.getAsLong() - GOOD_FOR;
    }

    boolean isEnough() {
        lookAgain();
        return enough;
    }

    boolean isEnoughToKeep() {
        lookAgain();
        return enoughToKeep;
    }

    private void lookAgain() {
        if (nanos.getAsLong() - lookedAt >= GOOD_FOR && looking.compareAndSet(false, true)) {
            blocking.execute(this::look);
        }
    }

    private void look() {
        try {
            long total = 0;
            long available = Long.MAX_VALUE;
            for (var line : Files.readAllLines(figures)) {
                if (line.startsWith("MemTotal:")) {
                    total = kibibytes(line);
                } else if (line.startsWith("MemAvailable:")) {
                    available = kibibytes(line);
                }
            }
            var now = available >= total / RESERVED_SHARE;
            var nowToKeep = available >= total / RESERVED_FROM_KEPT;
            if (enough != now) {
                log.log(Level.WARNING, now ? "There is memory again" : "Memory is short: no more environments start");
            }
            boolean changed = enough != now || enoughToKeep != nowToKeep;
            enough = now;
            enoughToKeep = nowToKeep;
            lookedAt = nanos.getAsLong();
            if (changed) {
                onChange.run();
            }
        } catch (IOException | RuntimeException | Error e) {
            log.log(Level.DEBUG, "cannot tell how much memory is free", e);
        } finally {
            lookedAt = nanos.getAsLong();
            looking.set(false);
        }
    }

    private static long kibibytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
