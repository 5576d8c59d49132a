package hearth.events;

import java.util.HashMap;
import java.util.Map;

/// What has come to queues and that their thread has not heard of yet: of each queue how many, and when the first
/// is due.
final class Untold<K> {
    private Map<K, Arrived> arrived = new HashMap<>();

    /// @param due when the first of them is
    record Arrived(long count, long due) {
        private Arrived and(Arrived later) {
            return new Arrived(count + later.count, Math.min(due, later.due));
        }
    }

    /// @return whether it is the first since they were taken, so that the thread has to be told
    synchronized boolean add(K key, long due) {
        boolean first = arrived.isEmpty();
        arrived.merge(key, new Arrived(1, due), Arrived::and);
        return first;
    }

    /// All since the last time.
    synchronized Map<K, Arrived> take() {
        var taken = arrived;
        arrived = new HashMap<>();
        return taken;
    }
}
