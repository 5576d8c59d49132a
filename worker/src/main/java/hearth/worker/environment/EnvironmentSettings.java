package hearth.worker.environment;

import hearth.model.memory.MemoryBudget;
import hearth.worker.endpoints.FunctionReach;
import java.time.Duration;

/// How this worker treats its environments.
///
/// @param freezeDelay how long an environment is idle before it is frozen; freezing after each invocation costs
///     more than it saves
/// @param initLimit how long the INIT phase of an on-demand environment may take
/// @param reach what functions reach besides the internet
/// @param credentials makes what functions sign their requests with
/// @param streamPace how fast answers may be streamed
/// @param memory that events and answers may take
public record EnvironmentSettings(
        Duration freezeDelay,
        Duration initLimit,
        FunctionReach reach,
        CredentialIssuer credentials,
        StreamPace streamPace,
        MemoryBudget memory) {}
