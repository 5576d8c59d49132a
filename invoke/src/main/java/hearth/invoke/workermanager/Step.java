package hearth.invoke.workermanager;

import hearth.invoke.placement.Slot;
import hearth.model.FunctionId;
import hearth.model.worker.EnvironmentId;
import hearth.model.worker.WorkerId;
import java.time.Duration;

/// What the EnvironmentTable wants done outside its lock.
sealed interface Step {
    record Serve(Waiter waiter, Assignment assignment) implements Step {}

    record Fail(Waiter waiter, Unavailable why) implements Step {}

    /// Find a slot for a new environment, and start it there.
    record Ask(Environment environment) implements Step {}

    /// Look at a function's waiting invocations again after a while.
    record Watch(FunctionEnvironments function, Duration delay) implements Step {}

    record Retire(Environment environment) implements Step {}

    /// End an environment that nobody here knows.
    record RetireStray(WorkerId worker, EnvironmentId environment) implements Step {}

    /// Tell whoever counts that an environment has come up.
    record Initialized(FunctionId function, Duration took) implements Step {}

    record WorkerSucceeded(Slot slot) implements Step {}

    record WorkerFailed(Slot slot) implements Step {}

    record WorkerFull(Slot slot) implements Step {}

    /// An environment ends when it is not needed from now on, so that another may stay in its stead.
    record KeepNoLonger(Slot slot) implements Step {}

    /// Comes before every `Ask` that hopes for its room.
    record GiveBack(Slot slot) implements Step {}
}
