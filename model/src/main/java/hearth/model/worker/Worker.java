package hearth.model.worker;

import hearth.model.FunctionVersion;

/// A host that runs execution environments, as Frontend, WorkerManager and PlacementService see it. In one process
/// this is the worker itself, in a cluster a connection to it.
///
/// No method blocks: work is started, and a listener hears how it went.
public interface Worker {
    WorkerId id();

    WorkerCapacity capacity();

    /// Whether one more environment may start there now: more is promised than there is, and what is really free
    /// decides in the end.
    default boolean hasRoom() {
        return true;
    }

    /// The same for one that stays there whether it is needed or not. Less may be free then than room is for.
    default boolean hasRoomToKeep() {
        return hasRoom();
    }

    /// Starts to make an environment: sandbox, code, runtime, INIT.
    void start(EnvironmentSpec spec, EnvironmentListener listener);

    /// A function may soon be invoked for the first time: what takes long and is the same for many functions may be
    /// made ready. A hint, which a worker may pass over.
    default void expect(FunctionVersion function) {}

    /// Runs one invocation in an environment that is ready or idle. The payload goes straight to the runtime's
    /// waiting `next`.
    void invoke(Reservation reservation, Invocation invocation, InvocationListener listener);

    /// Ends an environment once it is idle; one that runs an invocation finishes it first. Safe to repeat.
    void retire(EnvironmentId environment);
}
