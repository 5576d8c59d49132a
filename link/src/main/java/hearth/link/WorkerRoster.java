package hearth.link;

import hearth.model.worker.WorkerId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Which workers are connected: each once at most.
final class WorkerRoster {
    /// Guarded by itself.
    private final Map<WorkerId, Known> workers = new HashMap<>();

    private static final class Known {
        private @Nullable Long incarnation;
        private @Nullable WorkerConversation current;
    }

    /// Whether a worker may be let in.
    sealed interface Entry {
        /// It may.
        ///
        /// @param anew whether another process had its name before, or none
        record Open(boolean anew) implements Entry {}

        /// It is there already, by this conversation.
        ///
        /// @param same whether the newcomer is the same process
        record Taken(WorkerConversation by, boolean same) implements Entry {}
    }

    Entry enter(WorkerId worker, long incarnation, WorkerConversation newcomer) {
        synchronized (workers) {
            var known = workers.computeIfAbsent(worker, _ -> new Known());
            boolean same = known.incarnation != null && known.incarnation == incarnation;
            if (known.current != null) {
                return new Entry.Taken(known.current, same);
            }
            known.current = newcomer;
            known.incarnation = incarnation;
            return new Entry.Open(!same);
        }
    }

    /// The conversation is over, and all that follows from that is done.
    void leave(WorkerId worker, WorkerConversation left) {
        synchronized (workers) {
            var known = workers.get(worker);
            if (known != null && known.current == left) {
                known.current = null;
            }
        }
    }

    /// Those that are there now.
    List<WorkerConversation> all() {
        synchronized (workers) {
            return workers.values().stream()
                    .flatMap(known -> Stream.ofNullable(known.current))
                    .toList();
        }
    }

    /// How many are there now.
    int connected() {
        synchronized (workers) {
            return (int) workers.values().stream()
                    .filter(known -> known.current != null)
                    .count();
        }
    }
}
