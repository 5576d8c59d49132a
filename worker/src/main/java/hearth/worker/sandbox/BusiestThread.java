package hearth.worker.sandbox;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The thread of a sandbox that has had most of the processors: nearly always the one that had most the last time. So
/// the others are looked at now and then alone, or when it has ended.
final class BusiestThread {
    /// A look at one thread reads one file, a look at all of them nine.
    private static final int LOOKS_AT_ONE = 15;

    private final Path threads;
    private @Nullable String known;
    private int looksLeft;

    /// @param threads the cgroup's file that lists its threads
    BusiestThread(Path threads) {
        this.threads = threads;
    }

    /// @return null if this kernel does not tell, or nothing runs there
    @Nullable
    ProcessorTimes look() {
        if (known != null && looksLeft > 0) {
            looksLeft--;
            var times = ProcessorTimes.ofThread(known);
            if (times != null) {
                return times;
            }
        }
        var busiest = ProcessorTimes.of(threads);
        known = busiest == null ? null : busiest.thread();
        looksLeft = LOOKS_AT_ONE;
        return busiest;
    }
}
