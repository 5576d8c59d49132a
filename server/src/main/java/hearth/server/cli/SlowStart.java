package hearth.server.cli;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// Tells where a start waits that takes far longer than it should: whoever finds such a server sees it in the log, and
/// needs no tools of a JDK.
final class SlowStart {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final System.Logger LOG = System.getLogger(SlowStart.class.getName());

    private SlowStart() {}

    /// Watches a start until it is over, or has taken too long.
    ///
    /// @return the thread that does
    static Thread watch(Future<?> start, Duration patience) {
        return Thread.ofPlatform().daemon().name("slow-start").start(() -> await(start, patience));
    }

    private static void await(Future<?> start, Duration patience) {
        try {
            start.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.log(
                    Level.WARNING,
                    "The start has taken " + patience.toSeconds() + " s and goes on. Its platform threads:\n"
                            + threads());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | CancellationException e) {
            // Whoever started it says so.
            return;
        }
    }

    /// What each platform thread does, the newest call first. Virtual ones are not told of.
    private static String threads() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getValue().length > 0)
                .sorted(Comparator.comparing(thread -> thread.getKey().getName()))
                .map(SlowStart::text)
                .collect(Collectors.joining("\n"));
    }

    private static String text(Map.Entry<Thread, StackTraceElement[]> thread) {
        return thread.getKey().getName() + " (" + thread.getKey().getState() + ")\n"
                + Arrays.stream(thread.getValue()).map(call -> "  " + call).collect(Collectors.joining("\n"));
    }
}
