package hearth.worker.environment;

import java.time.Duration;

/// How this worker treats its environments.
///
/// @param freezeDelay how long an environment is idle before it is frozen; freezing after each invocation costs
///     more than it saves
/// @param initLimit how long the INIT phase of an on-demand environment may take
/// @param variables what functions get besides what AWS gives them
/// @param streamPace how fast answers may be streamed
public record EnvironmentSettings(
        Duration freezeDelay, Duration initLimit, FunctionVariables variables, StreamPace streamPace) {}
