package hearth.model.worker;

import java.time.Instant;

/// The WorkerManager's leave to run one invocation in one environment: a short lease. The worker refuses it when
/// it is too old, was used already, or the environment is no longer idle.
///
/// @param number counts the reservations of this environment; each is good for one invocation
public record Reservation(WorkerId worker, EnvironmentId environment, long number, Instant expires) {}
