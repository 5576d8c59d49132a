package hearth.server;

import java.time.Duration;
import java.util.function.LongSupplier;

/// Has the whole heap collected when it has grown to more than twice of what was in use after the last time.
///
/// The serial collector does so by itself only when the heap is as large as it may be: garbage that lived for a while,
/// such as what was held by requests that waited for seconds, goes to the old generation, which grows by all of it, to
/// gigabytes on a large host. A collection takes as long as what is in use is large, and would come anyway.
final class HeapWatch implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(10);

    /// Collected less than that is not worth a pause.
    private static final long SPARED = 64L << 20;

    private final LongSupplier used;
    private final Runnable collection;
    private final Thread thread;
    private long limit = Long.MAX_VALUE;

    /// @param used how much of the heap is, with its garbage
    HeapWatch(LongSupplier used, Runnable collection) {
        this.used = used;
        this.collection = collection;
        this.thread = Thread.ofVirtual().name("heap-watch").unstarted(this::run);
    }

    static HeapWatch begin() {
        var runtime = Runtime.getRuntime();
        var watch = new HeapWatch(() -> runtime.totalMemory() - runtime.freeMemory(), runtime::gc);
        watch.thread.start();
        return watch;
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

    /// The first look finds a server that has just begun, and next to no garbage.
    void look() {
        long now = used.getAsLong();
        if (limit == Long.MAX_VALUE) {
            limit = 2 * now + SPARED;
        } else if (now > limit) {
            collection.run();
            limit = 2 * used.getAsLong() + SPARED;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
