package hearth.invoke.workermanager;

import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A shard that this member looks after, or has begun to. Guarded as the EnvironmentTable is, but for `isTakenUpAt`.
final class OwnedShard {
    enum Phase {
        /// Its workers are told: what they have is used as they answer, and nothing is started before all have.
        BEGINNING,
        SETTLED,
        /// A worker has taken it up with another member since, which is believed for a while.
        LOST
    }

    private final ShardId id;
    private Phase phase;
    private Instant since;
    private long epoch;

    /// Where a worker counts as taken up before it has answered, for nobody else could have: in a process that is
    /// alone.
    private final boolean everywhere;

    private final Set<WorkerId> takenUp = ConcurrentHashMap.newKeySet();

    /// Those that have not answered this epoch, and when each was told last.
    private final Map<WorkerId, Instant> unanswered = new HashMap<>();

    /// When each was asked whether it still knows, last.
    private final Map<WorkerId, Instant> confirmed = new HashMap<>();

    /// Those whose environments are known by their answer to this epoch.
    private final Set<WorkerId> answered = new HashSet<>();

    OwnedShard(ShardId id, Phase phase, long epoch, boolean everywhere, Instant since) {
        this.id = id;
        this.phase = phase;
        this.epoch = epoch;
        this.everywhere = everywhere;
        this.since = since;
    }

    ShardId id() {
        return id;
    }

    Phase phase() {
        return phase;
    }

    /// When it came into its phase.
    Instant since() {
        return since;
    }

    long epoch() {
        return epoch;
    }

    void enter(Phase next, Instant now) {
        phase = next;
        since = now;
    }

    /// All workers are to be told anew.
    void raise(long higher) {
        epoch = higher;
        unanswered.clear();
        answered.clear();
        takenUp.clear();
    }

    /// Whether environments of it may be started there. By any thread.
    boolean isTakenUpAt(WorkerId worker) {
        return everywhere || takenUp.contains(worker);
    }

    void told(WorkerId worker, Instant now) {
        unanswered.put(worker, now);
    }

    /// @return whether it had not answered this epoch before
    boolean answered(WorkerId worker) {
        unanswered.remove(worker);
        takenUp.add(worker);
        return answered.add(worker);
    }

    /// @param anew whether its process is another, or gone: it knows nothing
    void lost(WorkerId worker, boolean anew) {
        unanswered.remove(worker);
        confirmed.remove(worker);
        if (anew) {
            takenUp.remove(worker);
            answered.remove(worker);
        }
    }

    Map<WorkerId, Instant> unanswered() {
        return unanswered;
    }

    /// Notes that a worker is asked whether it still knows, unless it was just before.
    boolean asks(WorkerId worker, Instant now, Instant before) {
        var last = confirmed.get(worker);
        if (last != null && last.isAfter(before)) {
            return false;
        }
        confirmed.put(worker, now);
        return true;
    }
}
