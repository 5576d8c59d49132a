package hearth.model.worker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a worker has: sent once a second, and when its room comes or goes.
///
/// @param number grows from each report of this worker to its next, also over its restarts: one that was overtaken
///     says nothing any more
/// @param epoch of the latest WorkerManager that it has heard of
/// @param capacity what it offers in all
/// @param room whether one more environment may start there now: more is promised than there is, and what is really
///     free decides in the end
/// @param roomToKeep the same for one that stays there whether it is needed or not. Less may be free then than room is
///     for.
/// @param environments all that it has, in any state
public record Report(
        long number,
        long epoch,
        WorkerCapacity capacity,
        boolean room,
        boolean roomToKeep,
        List<ReportedEnvironment> environments)
        implements WorkerEvent {
    public Report {
        environments = List.copyOf(environments);
    }

    /// The environments by their ids.
    public Map<EnvironmentId, ReportedEnvironment> byId() {
        var found = new HashMap<EnvironmentId, ReportedEnvironment>();
        environments.forEach(one -> found.put(one.id(), one));
        return found;
    }

    /// One environment.
    ///
    /// @param lastReservation the highest number of those that it honoured; 0 before the first
    /// @param running the numbers of those whose invocations it runs now
    public record ReportedEnvironment(EnvironmentId id, Phase phase, long lastReservation, List<Long> running) {
        public ReportedEnvironment {
            running = List.copyOf(running);
        }

        /// One that runs one invocation at a time: under the last reservation while it is busy.
        public ReportedEnvironment(EnvironmentId id, Phase phase, long lastReservation) {
            this(id, phase, lastReservation, phase == Phase.BUSY ? List.of(lastReservation) : List.of());
        }

        /// Whether it has come up and does not end.
        public boolean isUp() {
            return phase == Phase.IDLE || phase == Phase.BUSY;
        }
    }

    /// What an environment does.
    public enum Phase {
        STARTING,
        IDLE,
        BUSY,
        ENDING
    }
}
