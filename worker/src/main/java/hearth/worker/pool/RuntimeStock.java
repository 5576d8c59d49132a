package hearth.worker.pool;

import hearth.model.Bytes;
import java.time.Duration;
import java.util.ArrayDeque;

/// The stock of booted runtimes of one kind, and how many of them there should be.
///
/// By Little's law as many are on their way as are wanted in the time that one takes; twice that many are kept ready,
/// and one at the least. Not safe to use from several threads: the pool's lock guards it.
final class RuntimeStock {
    /// The time over which demand is counted.
    private static final long WINDOW = Duration.ofSeconds(10).toNanos();

    /// The memory that a kind is taken to need before one was booted.
    private static final Bytes GUESS = Bytes.mebibytes(32);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final InterpreterStart boot;
    private final ArrayDeque<BootedRuntime> ready = new ArrayDeque<>();
    private final ArrayDeque<Long> takes = new ArrayDeque<>();
    private Bytes weight = GUESS;
    private Duration bootTime = Duration.ofMillis(100);
    private int failures;
    private long pausedUntil;
    private long lastWanted;

    RuntimeStock(InterpreterStart boot, long now) {
        this.boot = boot;
        this.lastWanted = now;
        this.pausedUntil = now;
    }

    InterpreterStart boot() {
        return boot;
    }

    ArrayDeque<BootedRuntime> ready() {
        return ready;
    }

    /// What one of them takes in memory.
    Bytes weight() {
        return weight;
    }

    long lastWanted() {
        return lastWanted;
    }

    void expected(long now) {
        lastWanted = now;
    }

    void wanted(long now) {
        lastWanted = now;
        takes.addLast(now);
        forget(now);
    }

    /// How many should be ready.
    int target(long now) {
        forget(now);
        var wantedInOneBoot = takes.size() * (double) bootTime.toNanos() / WINDOW;
        return Math.max(1, (int) Math.ceil(2 * wantedInOneBoot));
    }

    boolean needsOne(long now) {
        return ready.size() < target(now) && now - pausedUntil >= 0;
    }

    /// One was booted.
    void booted(Duration took, Bytes memory) {
        failures = 0;
        bootTime = took;
        weight = memory;
    }

    /// It is tried again after a while, longer each time.
    ///
    /// @return whether the time before went well
    boolean failed(long now) {
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures, 16));
        failures++;
        pausedUntil = now + (pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE).toNanos();
        return failures == 1;
    }

    private void forget(long now) {
        while (!takes.isEmpty() && now - takes.getFirst() > WINDOW) {
            takes.removeFirst();
        }
    }
}
