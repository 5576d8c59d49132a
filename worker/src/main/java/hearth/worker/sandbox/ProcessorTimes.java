package hearth.worker.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the busiest thread of a sandbox has had of the processors until now.
///
/// One thread alone, since a thread that waits for a processor waits for nothing else: several may do one and the other
/// at the same time, and their sums say nothing of an invocation.
///
/// @param thread its id on the host
/// @param running how long it ran
/// @param waiting how long it would have run, had there been a processor for it
public record ProcessorTimes(String thread, Duration running, Duration waiting) {
    /// The handler's thread is among the first of a process.
    private static final int THREADS = 8;

    /// @param threads the cgroup's file that lists its threads
    /// @return null if this kernel does not tell, or nothing runs there
    static @Nullable ProcessorTimes of(Path threads) {
        try {
            return busiest(Files.readAllLines(threads, StandardCharsets.US_ASCII));
        } catch (IOException _) {
            return null;
        }
    }

    private static @Nullable ProcessorTimes busiest(List<String> threads) {
        ProcessorTimes busiest = null;
        for (var thread : threads.subList(0, Math.min(THREADS, threads.size()))) {
            var times = ofThread(thread);
            if (times != null && (busiest == null || times.running.compareTo(busiest.running) > 0)) {
                busiest = times;
            }
        }
        return busiest == null || busiest.running.isZero() ? null : busiest;
    }

    /// @return null if it has ended, or this kernel does not tell
    static @Nullable ProcessorTimes ofThread(String thread) {
        try {
            return parse(thread, Files.readString(file(thread), StandardCharsets.US_ASCII));
        } catch (IOException _) {
            // It has ended.
            return null;
        }
    }

    /// Where the kernel tells of a thread.
    static Path file(String thread) {
        return Path.of("/proc/" + thread + "/schedstat");
    }

    /// @return null if it says nothing that is understood
    static @Nullable ProcessorTimes parse(String thread, String line) {
        try {
            int space = line.indexOf(' ');
            return new ProcessorTimes(
                    thread,
                    Duration.ofNanos(Long.parseLong(line, 0, space, 10)),
                    Duration.ofNanos(Long.parseLong(line, space + 1, line.indexOf(' ', space + 1), 10)));
        } catch (IndexOutOfBoundsException | NumberFormatException _) {
            return null;
        }
    }
}
