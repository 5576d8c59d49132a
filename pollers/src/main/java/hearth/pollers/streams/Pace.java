package hearth.pollers.streams;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// How often shards are asked for what is new. All those of a server together are asked no more than a hundred times a
/// second while nothing comes, however many they are: each time costs about as much as a small invocation.
public final class Pace {
    private static final Duration EACH = Duration.ofMillis(10);

    private final AtomicInteger readers = new AtomicInteger();

    void enter() {
        readers.incrementAndGet();
    }

    void leave() {
        readers.decrementAndGet();
    }

    /// How long a reader waits that found nothing.
    ///
    /// @param least by itself
    Duration rest(Duration least) {
        var share = EACH.multipliedBy(readers.get());
        return share.compareTo(least) > 0 ? share : least;
    }
}
