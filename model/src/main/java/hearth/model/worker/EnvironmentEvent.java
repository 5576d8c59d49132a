package hearth.model.worker;

import org.jspecify.annotations.Nullable;

/// What happens to an environment, as its worker tells the WorkerManager.
public sealed interface EnvironmentEvent extends WorkerEvent {
    EnvironmentId environment();

    /// INIT has ended, well or badly, and the environment takes its first invocation. After a failed INIT the
    /// worker runs it again within that invocation; but one that was not made on demand is
    /// then gone.
    record Ready(EnvironmentId environment) implements EnvironmentEvent {}

    /// An invocation is over, and its place in the environment free again: the runtime has asked for its next event.
    /// Where it asks for several at a time, it has answered this one.
    ///
    /// @param reservation the number of that under which the invocation ran
    /// @param sample of its invocations of late; null unless one was taken
    record Idle(
            EnvironmentId environment,
            long reservation,
            @Nullable ProcessorSample sample) implements EnvironmentEvent {
        public Idle(EnvironmentId environment, long reservation) {
            this(environment, reservation, null);
        }
    }

    /// The environment is gone, and every resource of it: its last event, also when it never became ready.
    ///
    /// @param why null after an end that was asked for, or a crash
    record Gone(EnvironmentId environment, InvocationOutcome.@Nullable NotRunnable why) implements EnvironmentEvent {}

    /// The worker makes no such environment, for it has no room. Another worker may.
    record StartRefused(EnvironmentId environment, String reason) implements EnvironmentEvent {}
}
