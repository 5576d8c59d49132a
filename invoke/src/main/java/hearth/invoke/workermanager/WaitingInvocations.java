package hearth.invoke.workermanager;

import hearth.model.worker.WorkerId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
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

    /// Takes out the first that can be sent to this worker; null when there is none.
    @Nullable
    Waiter takeFor(WorkerId worker) {
        // Nearly always the first.
        for (var each = queue.iterator(); each.hasNext(); ) {
            var waiter = each.next().waiter();
            if (!waiter.avoids().contains(worker)) {
                each.remove();
                return waiter;
            }
        }
        return null;
    }

    /// A copy, in the order they came.
    List<Waiter> all() {
        return queue.stream().map(Waiting::waiter).toList();
    }

    /// How many cannot be sent to every worker.
    int countPicky() {
        return (int)
                queue.stream().filter(one -> !one.waiter().avoids().isEmpty()).count();
    }

    /// The workers that the first which is picky cannot be sent to.
    Set<WorkerId> avoided() {
        return queue.stream()
                .map(one -> one.waiter().avoids())
                .filter(avoided -> !avoided.isEmpty())
                .findFirst()
                .orElse(Set.of());
    }

    /// Takes out the one that came first, if it came at this moment or before; null otherwise.
    @Nullable
    Waiter takeSince(Instant moment) {
        var first = queue.peekFirst();
        return first == null || first.since().isAfter(moment) ? null : take();
    }

    /// Takes out all.
    List<Waiter> takeAll() {
        var all = all();
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
