/// Execution environments: a sandbox, with the runtime of one function version, from INIT to SHUTDOWN.
///
/// `Preparation` finds runtime and code and makes the sandbox; then an environment lives through phases, each an object
/// that knows whom it still awaits: `InitPhase`, an `InvokePhase` for each invocation (`RunningInvocations`),
/// `ShutdownPhase`. What may follow what stands in `EnvironmentState`, and every way in passes the `Guard`.
///
/// One invocation, class by class: `ExecutionEnvironment.invoke` checks the reservation, opens an `InvokePhase`
/// and hands the event to the `RuntimeSession`, where the runtime's `next` waits. The runtime's answer comes
/// back as a `RuntimePost`; the `InvokePhase` tells the caller. When the runtime asks for its next event the
/// phase ends, its log lines are written, and the environment is idle, soon frozen.
@NullMarked
package hearth.worker.environment;

import org.jspecify.annotations.NullMarked;
