package hearth.model.worker;

import hearth.model.Bytes;
import hearth.model.FunctionVersion;

/// What a worker is told to do. Commands may be lost, come twice or overtake each other: ids and numbers say what each
/// is about, and a worker passes over what it has done already.
public sealed interface WorkerCommand {
    /// Make an environment: sandbox, code, runtime, INIT. Answered by `Ready`, or by `StartRefused` or `Gone`.
    record Start(EnvironmentSpec spec) implements WorkerCommand {}

    /// Run one invocation in an environment that has room for it. The payload goes straight to the runtime's waiting
    /// `next`. Answered by `Ended`.
    record Invoke(Reservation reservation, Invocation invocation) implements WorkerCommand {}

    /// There is room for one more piece of an answer, or nobody left who wants one.
    ///
    /// @param pieces how many pieces of this answer have been taken in all
    record Credit(EnvironmentId environment, String requestId, long pieces) implements WorkerCommand {}

    /// End an environment once it is idle; one that runs an invocation finishes it first. Answered by `Gone`.
    record Retire(EnvironmentId environment) implements WorkerCommand {}

    /// A function may soon be invoked for the first time: what takes long and is the same for many functions may be
    /// made ready. A hint, which a worker may pass over.
    record Expect(FunctionVersion function) implements WorkerCommand {}

    /// From now on the member that sends this looks after the environments of a shard, under this epoch: the
    /// worker tells it of them, starts and ends none for anyone else, and honours no reservation of an earlier
    /// epoch. Answered by `TakenUp`, or by `Superseded` when the worker has heard of this epoch from another
    /// member, or of a later one.
    record TakeUp(ShardId shard, long epoch) implements WorkerCommand {}

    /// End environments that were idle for longest, until there is room for one of this size: another function
    /// waits for it. None that is kept initialised. A hint, which the worker's next report answers.
    record MakeRoom(Bytes memory) implements WorkerCommand {}
}
