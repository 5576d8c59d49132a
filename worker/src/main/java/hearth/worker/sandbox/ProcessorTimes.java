package hearth.worker.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the threads of a sandbox have had of the processors until now.
///
/// @param running how long they ran
/// @param waiting how long they would have run, had there been a processor for them
public record ProcessorTimes(Duration running, Duration waiting) {
    /// The handler's thread is among the first of a process; those of compilers and collectors follow it.
    private static final int THREADS = 8;

    private static final ProcessorTimes NOTHING = new ProcessorTimes(Duration.ZERO, Duration.ZERO);

    /// @param threads the cgroup's file that lists its threads
    /// @return null if this kernel does not tell, or nothing runs there
    static @Nullable ProcessorTimes of(Path threads) {
        try {
            return of(Files.readAllLines(threads, StandardCharsets.US_ASCII));
        } catch (IOException _) {
            return null;
        }
    }

    private static @Nullable ProcessorTimes of(List<String> threads) {
        var running = Duration.ZERO;
        var waiting = Duration.ZERO;
        for (var thread : threads.subList(0, Math.min(THREADS, threads.size()))) {
            var times = ofThread(thread);
            running = running.plus(times.running);
            waiting = waiting.plus(times.waiting);
        }
        return running.isZero() ? null : new ProcessorTimes(running, waiting);
    }

    /// Those of the calling thread; zero if this kernel does not tell.
    public static ProcessorTimes ofThisThread() {
        return ofThread("thread-self");
    }

    private static ProcessorTimes ofThread(String thread) {
        try {
            var line = Files.readString(Path.of("/proc/" + thread + "/schedstat"), StandardCharsets.US_ASCII);
            int space = line.indexOf(' ');
            return new ProcessorTimes(
                    Duration.ofNanos(Long.parseLong(line, 0, space, 10)),
                    Duration.ofNanos(Long.parseLong(line, space + 1, line.indexOf(' ', space + 1), 10)));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException _) {
            // It has ended, or is not counted.
            return NOTHING;
        }
    }
}
