package hearth.model.worker;

import hearth.model.worker.Report.ReportedEnvironment;
import java.time.Duration;
import java.util.List;

/// What a worker answers to a `TakeUp`, to the member that sent it.
public sealed interface ShardEvent extends WorkerEvent {
    ShardId shard();

    /// The member looks after the shard from now on, as far as this worker is concerned: it hears what happens to
    /// these environments, and nobody else does. What happens to one may be told before this is.
    ///
    /// @param epoch the one that it came with
    /// @param environments all that the worker has of the shard, in any state
    record TakenUp(ShardId shard, long epoch, List<HeldEnvironment> environments) implements ShardEvent {
        public TakenUp {
            environments = List.copyOf(environments);
        }
    }

    /// The worker has taken up the shard with another member, under a later epoch; or, the same member, under this
    /// one. Also told unasked to a member that has lost the shard by that.
    ///
    /// @param epoch the one that it has heard of
    record Superseded(ShardId shard, long epoch) implements ShardEvent {}

    /// An environment, as whoever takes it up needs to know it.
    ///
    /// @param spec what it was made from
    /// @param state what it does now
    /// @param idle how long it has been idle; zero if it is not
    record HeldEnvironment(EnvironmentSpec spec, ReportedEnvironment state, Duration idle) {}
}
