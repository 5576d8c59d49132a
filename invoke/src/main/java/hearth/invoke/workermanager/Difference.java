package hearth.invoke.workermanager;

import hearth.model.worker.EnvironmentId;

/// What a worker's reports say of an environment otherwise than the WorkerManager thinks: a message was lost.
sealed interface Difference {
    /// It is not there: it was never made, was refused or is gone, and nothing of that was heard.
    record Missing(EnvironmentId environment) implements Difference {}

    /// It is up, and its `Ready` was lost.
    record Ready(EnvironmentId environment) implements Difference {}

    /// The invocation of a reservation is over, and its `Idle` was lost.
    record Idle(EnvironmentId environment, long reservation) implements Difference {}

    /// It is idle, and its worker was out of reach meanwhile.
    record Returned(EnvironmentId environment) implements Difference {}

    /// It was given to an invocation that never came.
    record Unclaimed(EnvironmentId environment, long reservation) implements Difference {}

    /// It was to end, and may not know it.
    record NotEnding(EnvironmentId environment) implements Difference {}

    /// It is there, and nobody here knows it.
    record Unknown(EnvironmentId environment) implements Difference {}
}
