package hearth.server;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Has the whole heap collected when it has grown to more than twice of what was in use after the last time, and when
/// there is garbage and little else to do.
///
/// The serial collector does so by itself only when the heap is as large as it may be: garbage that lived for a while,
/// such as what was held by requests that waited for seconds, goes to the old generation, which grows by all of it, to
/// gigabytes on a large host. A collection takes as long as what is in use is large, and would come anyway.
final class HeapWatch implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(10);

    /// Collected less than that is not worth a pause.
    private static final long SPARED = 64L << 20;

    /// The same of a pause that next to nobody waits for, which is as long as much is in use.
    private static final long SPARED_WHEN_QUIET = 16L << 20;

    /// What the server takes of a processor while there is little to do, each time between two looks.
    private static final long QUIET = LOOK.toNanos() / 10;

    private final LongSupplier used;
    private final LongSupplier busy;
    private final Runnable collection;
    private final Thread thread;
    private long limit = Long.MAX_VALUE;
    private long limitWhenQuiet;
    private long busyBefore;

    /// @param used how much of the heap is, with its garbage
    /// @param busy how long, in nanoseconds, the server has had processors
    HeapWatch(LongSupplier used, LongSupplier busy, Runnable collection) {
        this.used = used;
        this.busy = busy;
        this.collection = collection;
        this.thread = Thread.ofVirtual().name("heap-watch").unstarted(this::run);
    }

    static HeapWatch begin() {
        var runtime = Runtime.getRuntime();
        var watch = new HeapWatch(
                () -> runtime.totalMemory() - runtime.freeMemory(), HeapWatch::processorTime, runtime::gc);
        watch.thread.start();
        return watch;
    }

    private static long processorTime() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The first look finds a server that has just begun, and little garbage.
    void look() {
        long now = used.getAsLong();
        long busyNow = busy.getAsLong();
        boolean quiet = busyNow - busyBefore < QUIET;
        busyBefore = busyNow;
        if (limit == Long.MAX_VALUE) {
            spare(now);
        } else if (now > (quiet ? limitWhenQuiet : limit)) {
            collection.run();
            spare(used.getAsLong());
        }
    }

    private void spare(long inUse) {
        limit = 2 * inUse + SPARED;
        limitWhenQuiet = inUse + Math.max(SPARED_WHEN_QUIET, inUse / 4);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
