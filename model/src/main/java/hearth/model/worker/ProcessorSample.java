package hearth.model.worker;

import java.time.Duration;

/// How the invocations of one environment spent their time of late.
///
/// @param running for how long they were on a processor
/// @param unhindered how long they took, less what they waited for a processor, or for the worker to notice
///     their end; never less than `running`
public record ProcessorSample(Duration running, Duration unhindered) {}
