package hearth.model.worker;

/// Who is told of an environment's life: the WorkerManager. Calls for one environment come in order, on its event
/// loop; they must not block.
public interface EnvironmentListener {
    /// INIT has ended, well or badly, and the environment takes its first invocation. After a failed INIT the
    /// worker runs it again within that invocation; but one that was not made on demand is
    /// then gone.
    void ready(EnvironmentId environment);

    /// The environment is idle again: the runtime has asked for its next event.
    void idle(EnvironmentId environment);

    /// The environment is gone, and every resource of it. Told once, the last call for it; also when it never
    /// became ready.
    void gone(EnvironmentId environment, InvocationOutcome.NotRunnable why);

    /// As `gone`, after an end that was asked for, or a crash.
    void gone(EnvironmentId environment);
}
