package hearth.model.worker;

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
}
