package hearth.conformance.faults.sources;

import hearth.conformance.faults.sources.Message.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/// Sends numbered messages one after the other, each until it is acknowledged.
final class Sending {
    private static final Duration AGAIN = Duration.ofMillis(200);

    private final FaultySource source;
    private final SplittableRandom random;

    /// The next number of each key.
    private final Map<String, Integer> next = new HashMap<>();

    private int poison;

    Sending(FaultySource source, SplittableRandom random) {
        this.source = source;
        this.random = random;
    }

    /// @param count of all, a few of which are to be failed on
    /// @param perSecond how many at most
    /// @return what was sent, in that order
    List<Message> send(int count, int perSecond) {
        var bad = Map.of(
                random.nextInt(count),
                Kind.POISON,
                random.nextInt(count) + count,
                Kind.POISON,
                random.nextInt(count) + 2 * count,
                Kind.FLAKY,
                random.nextInt(count) + 3 * count,
                Kind.FLAKY);
        var kinds = new HashMap<Integer, Kind>();
        bad.forEach((at, kind) -> kinds.put(at % count, kind));
        var sent = new ArrayList<Message>();
        for (int i = 0; i < count; i++) {
            var message = next(kinds.getOrDefault(i, Kind.GOOD));
            insist(message);
            sent.add(message);
            LockSupport.parkNanos(Duration.ofSeconds(1).dividedBy(perSecond).toNanos());
        }
        return sent;
    }

    private Message next(Kind kind) {
        if (kind == Kind.POISON && source.keepsPoisonApart()) {
            return new Message("poison" + poison++, 0, kind);
        }
        var keys = source.keys();
        var key = keys.get(random.nextInt(keys.size()));
        return new Message(key, next.merge(key, 1, Integer::sum), kind);
    }

    private void insist(Message message) {
        while (true) {
            try {
                source.send(message);
                return;
            } catch (Exception e) {
                // Whether it came is not known.
                LockSupport.parkNanos(AGAIN.toNanos());
            }
        }
    }
}
