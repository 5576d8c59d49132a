package hearth.worker.sandbox;

import hearth.model.Bytes;
import java.time.Duration;
import java.util.ArrayDeque;

/// The machines of one kind that wait, and how many of them there should be.
///
/// By Little's law as many are on their way as are wanted in the time that one takes; twice that many wait, and one at
/// the least. Not safe to use from several threads: the pool's lock guards it.
final class MachineStock {
    /// The time over which demand is counted.
    private static final long WINDOW = Duration.ofSeconds(20).toNanos();

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /// What one takes before one was made.
    private static final Bytes GUESS = Bytes.mebibytes(64);

    private final MachineKind kind;
    private final ArrayDeque<PreparedMachine> ready = new ArrayDeque<>();
    private final ArrayDeque<Long> takes = new ArrayDeque<>();
    private Bytes weight = GUESS;
    private long makingTakes = Duration.ofSeconds(1).toNanos();
    private int failures;
    private long pausedUntil;
    private long lastWanted;

    MachineStock(MachineKind kind, long now) {
        this.kind = kind;
        this.lastWanted = now;
        this.pausedUntil = now;
    }

    MachineKind kind() {
        return kind;
    }

    ArrayDeque<PreparedMachine> ready() {
        return ready;
    }

    Bytes weight() {
        return weight;
    }

    long lastWanted() {
        return lastWanted;
    }

    void wanted(long now) {
        lastWanted = now;
        takes.addLast(now);
        forget(now);
    }

    boolean needsOne(long now) {
        forget(now);
        var wantedMeanwhile = takes.size() * (double) makingTakes / WINDOW;
        return ready.size() < Math.max(1, (int) Math.ceil(2 * wantedMeanwhile)) && now - pausedUntil >= 0;
    }

    /// One was made.
    ///
    /// @param memory that it takes
    void made(long nanos, Bytes memory) {
        failures = 0;
        makingTakes = nanos;
        weight = memory;
    }

    /// It is tried again after a while, longer each time.
    void failed(long now) {
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures++, 16));
        pausedUntil = now + (pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE).toNanos();
    }

    private void forget(long now) {
        while (!takes.isEmpty() && now - takes.getFirst() > WINDOW) {
            takes.removeFirst();
        }
    }
}
