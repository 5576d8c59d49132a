package hearth.model.worker;

import java.time.Duration;

/// The WorkerManager's leave to run one invocation in one environment: a short lease. The worker refuses it when
/// it is too old, or the environment has no room.
///
/// @param epoch grows with each WorkerManager that takes up the environment's shard: a worker that has heard of a
///     later
///     one honours no reservation of an earlier
/// @param number counts the reservations of this environment; each is good for one invocation
/// @param life how long whoever has received it may wait with it, by their own clock
public record Reservation(WorkerId worker, EnvironmentId environment, long epoch, long number, Duration life) {}
