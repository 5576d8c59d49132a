package hearth.server.api;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Those who ask again and again whether this server is ready: load balancers. Each of them is to know that it stops
/// before it takes nothing more, or the requests that they send meanwhile fail.
final class ReadinessWatchers {
    /// How often each is told before it counts as knowing: one of them may want to hear it two or three times.
    private static final int TIMES = 3;

    /// Who asks less often is no watcher, or none that is waited for.
    private static final long RARE = Duration.ofSeconds(10).toNanos();

    /// What a question may come late, beside the time that passes between two of them.
    private static final long LATE = Duration.ofMillis(500).toNanos();

    /// How many addresses are remembered, whoever asks.
    private static final int MOST = 256;

    /// Guarded by `this`.
    private final Map<String, Watcher> watchers = new HashMap<>();

    /// Times are on the clock of `System.nanoTime`.
    ///
    /// @param asked when it asked last
    /// @param every the time between its last two questions
    /// @param refusals how often in a row it was told that the server is not ready
    private record Watcher(long asked, long every, int refusals) {
        private boolean isThere(long now) {
            return every <= RARE && now - asked <= 2 * every + LATE;
        }
    }

    /// Notes a question.
    ///
    /// @param address of who asked
    synchronized void asked(String address, boolean ready, long now) {
        var known = watchers.get(address);
        if (known == null && watchers.size() >= MOST) {
            watchers.values().removeIf(watcher -> now - watcher.asked > RARE);
            if (watchers.size() >= MOST) {
                return;
            }
        }
        watchers.put(
                address,
                new Watcher(
                        now,
                        known == null ? Long.MAX_VALUE : now - known.asked,
                        ready ? 0 : (known == null ? 0 : known.refusals) + 1));
    }

    /// Whether everyone who watches has been told that this server is not ready.
    synchronized boolean know(long now) {
        return watchers.values().stream().noneMatch(watcher -> watcher.isThere(now) && watcher.refusals < TIMES);
    }
}
