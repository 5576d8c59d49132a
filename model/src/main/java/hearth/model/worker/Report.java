package hearth.model.worker;

import hearth.model.Bytes;
import hearth.model.FunctionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a worker has: sent once a second, and when its room comes or goes.
///
/// @param number grows from each report of this worker to its next, also over its restarts: one that was overtaken
///     says nothing any more
/// @param capacity what it offers in all
/// @param taken what all its environments were promised of that, whoever looks after them
/// @param room whether one more environment may start there now: more is promised than there is, and what is really
///     free decides in the end
/// @param roomToKeep the same for one that stays there whether it is needed or not. Less may be free then than room is
///     for.
/// @param environments all that it has and whoever gets this looks after, in any state
/// @param tellsSent whether it tells what it runs by who sent it: no worker of the release before does
/// @param sent what it runs, by the member of a cluster that sent it; nothing of a process that is alone
public record Report(
        long number,
        WorkerCapacity capacity,
        Taken taken,
        boolean room,
        boolean roomToKeep,
        List<ReportedEnvironment> environments,
        boolean tellsSent,
        List<Sent> sent)
        implements WorkerEvent {
    public Report {
        environments = List.copyOf(environments);
        sent = tellsSent ? List.copyOf(sent) : List.of();
    }

    /// Of a worker that tells nobody who sent what it runs.
    public Report(
            long number,
            WorkerCapacity capacity,
            Taken taken,
            boolean room,
            boolean roomToKeep,
            List<ReportedEnvironment> environments) {
        this(number, capacity, taken, room, roomToKeep, environments, false, List.of());
    }

    /// The environments by their ids.
    public Map<EnvironmentId, ReportedEnvironment> byId() {
        var found = new HashMap<EnvironmentId, ReportedEnvironment>();
        environments.forEach(one -> found.put(one.id(), one));
        return found;
    }

    /// What environments take of a worker: as promised, not as used.
    ///
    /// @param idle how many of them are idle and end when room is needed
    /// @param starting how many of them come up just now, which takes the worker's processors; 0 of a worker of the
    ///     release before
    public record Taken(int environments, Bytes memory, long milliCpus, int idle, int starting) {
        public static final Taken NOTHING = new Taken(0, new Bytes(0), 0, 0);

        /// While none comes up.
        public Taken(int environments, Bytes memory, long milliCpus, int idle) {
            this(environments, memory, milliCpus, idle, 0);
        }
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

    /// How many invocations of a function run that one member sent.
    ///
    /// @param former whether they came by a connection that another of the same member has followed: it knows
    ///     nothing of them any more
    public record Sent(MemberId by, boolean former, FunctionId function, int running) {}

    /// What an environment does.
    public enum Phase {
        STARTING,
        IDLE,
        BUSY,
        ENDING
    }
}
