package hearth.invoke.workermanager;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The queue of one function version's invocations, and one tenant's, that wait for an environment: they are served in
/// the order they came. Guarded as the EnvironmentTable is.
final class WaitingInvocations {
    private record Waiting(Waiter waiter, Instant since) {}

    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private boolean watched;

    void add(Waiter waiter, Instant now) {
        queue.add(new Waiting(waiter, now));
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    int count() {
        return queue.size();
    }

    /// How many came at this moment or before.
    int countSince(Instant moment) {
        int count = 0;
        for (var one : queue) {
            if (one.since().isAfter(moment)) {
                break;
            }
            count++;
        }
        return count;
    }

    /// Takes out the one that came first.
    Waiter take() {
        return queue.removeFirst().waiter();
    }

    /// The same, if it came at this moment or before; null otherwise.
    @Nullable
    Waiter takeSince(Instant moment) {
        var first = queue.peekFirst();
        return first == null || first.since().isAfter(moment) ? null : take();
    }

    /// Takes out all.
    List<Waiter> takeAll() {
        var all = queue.stream().map(Waiting::waiter).toList();
        queue.clear();
        return all;
    }

    /// Whoever asked waits no longer.
    ///
    /// @return whether it had waited
    boolean remove(Waiter waiter) {
        return queue.removeIf(one -> one.waiter() == waiter);
    }

    /// Whether they are looked at again soon, because some have no environment made for them.
    boolean isWatched() {
        return watched;
    }

    void watch(boolean now) {
        watched = now;
    }
}
