package hearth.worker.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// The thread of a sandbox that has had most of the processors: nearly always the one that had most the last time. So
/// the others are looked at now and then alone, or when it has ended.
final class BusiestThread implements AutoCloseable {
    /// A look at one thread reads one file that is open, a look at all of them opens nine.
    private static final int LOOKS_AT_ONE = 15;

    private static final int LONGEST_LINE = 128;

    private final Path threads;
    private final ByteBuffer buffer = ByteBuffer.allocate(LONGEST_LINE); // guarded by this
    private @Nullable String known; // guarded by this
    /// Of the known thread, and of no other that gets its number later. Guarded by this.
    private @Nullable FileChannel times;

    private int looksLeft; // guarded by this
    private boolean closed; // guarded by this

    /// @param threads the cgroup's file that lists its threads
    BusiestThread(Path threads) {
        this.threads = threads;
    }

    /// @return null if this kernel does not tell, or nothing runs there
    synchronized @Nullable ProcessorTimes look() {
        if (looksLeft > 0) {
            looksLeft--;
            var seen = lookAtKnown();
            if (seen != null) {
                return seen;
            }
        }
        forget();
        var busiest = closed ? null : ProcessorTimes.of(threads);
        if (busiest != null) {
            remember(busiest.thread());
        }
        return busiest;
    }

    private @Nullable ProcessorTimes lookAtKnown() {
        if (known == null || times == null) {
            return null;
        }
        try {
            int length = times.read(buffer.clear(), 0);
            return length <= 0
                    ? null
                    : ProcessorTimes.parse(known, new String(buffer.array(), 0, length, StandardCharsets.US_ASCII));
        } catch (IOException _) {
            // It has ended.
            return null;
        }
    }

    private void remember(String thread) {
        try {
            times = FileChannel.open(ProcessorTimes.file(thread), StandardOpenOption.READ);
            known = thread;
            looksLeft = LOOKS_AT_ONE;
        } catch (IOException _) {
            // It has just ended.
            forget();
        }
    }

    private void forget() {
        known = null;
        looksLeft = 0;
        if (times != null) {
            try {
                times.close();
            } catch (IOException _) {
                // It was only read.
            }
            times = null;
        }
    }

    /// Looks no more. Safe to repeat.
    @Override
    public synchronized void close() {
        closed = true;
        forget();
    }
}
