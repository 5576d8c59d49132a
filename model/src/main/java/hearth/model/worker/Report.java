package hearth.model.worker;

import java.util.List;

/// What a worker has: sent once a second, and when its room comes or goes.
///
/// @param capacity what it offers in all
/// @param room whether one more environment may start there now: more is promised than there is, and what is really
///     free decides in the end
/// @param roomToKeep the same for one that stays there whether it is needed or not. Less may be free then than room is
///     for.
/// @param environments all that it has, in any state
public record Report(WorkerCapacity capacity, boolean room, boolean roomToKeep, List<ReportedEnvironment> environments)
        implements WorkerEvent {
    public Report {
        environments = List.copyOf(environments);
    }

    /// One environment.
    ///
    /// @param lastReservation the number of the one that it honoured last; 0 before the first
    public record ReportedEnvironment(EnvironmentId id, Phase phase, long lastReservation) {}

    /// What an environment does.
    public enum Phase {
        STARTING,
        IDLE,
        BUSY,
        ENDING
    }
}
