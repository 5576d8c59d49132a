package hearth.invoke.workermanager;

import hearth.invoke.placement.Slot;
import hearth.model.FunctionId;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Duration;

/// An action that the EnvironmentTable has decided on, and the WorkerManager takes outside its lock.
sealed interface EnvironmentAction {
    record Serve(Waiter waiter, Assignment assignment) implements EnvironmentAction {}

    record Fail(Waiter waiter, Unavailable why) implements EnvironmentAction {}

    /// Tell whoever waits that another member looks after the function.
    record Move(Waiter waiter) implements EnvironmentAction {}

    /// Find a slot for a new environment, and start it there.
    record Ask(Environment environment) implements EnvironmentAction {}

    /// Look at a function's waiting invocations again after a while.
    record Watch(FunctionEnvironments function, Duration delay) implements EnvironmentAction {}

    /// Tell a worker that this member looks after a shard.
    record TakeUp(WorkerId worker, ShardId shard, long epoch) implements EnvironmentAction {}

    /// Look at a shard that begins again after a while.
    record LookAtShard(ShardId shard, Duration delay) implements EnvironmentAction {}

    /// Have some worker end what is idle of other members, for one more environment of a function.
    record MakeRoom(FunctionEnvironments function) implements EnvironmentAction {}

    /// A shard has been taken up wherever it could be.
    record Settled(ShardId shard) implements EnvironmentAction {}

    record Retire(Environment environment) implements EnvironmentAction {}

    /// End an environment that nobody here knows.
    record RetireStray(WorkerId worker, EnvironmentId environment) implements EnvironmentAction {}

    /// Tell whoever counts that an environment has come up.
    record Initialized(FunctionId function, Duration took) implements EnvironmentAction {}

    record WorkerSucceeded(Slot slot) implements EnvironmentAction {}

    record WorkerFailed(Slot slot) implements EnvironmentAction {}

    record WorkerFull(Slot slot) implements EnvironmentAction {}

    /// An environment ends when it is not needed from now on, so that another may stay in its stead.
    record KeepNoLonger(Slot slot) implements EnvironmentAction {}

    /// Comes before every `Ask` that hopes for its room.
    record GiveBack(Slot slot) implements EnvironmentAction {}
}
