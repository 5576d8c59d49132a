package hearth.model.worker;

/// What a worker tells of itself: how environments fare, which is for the WorkerManager, how invocations do, which
/// is for the Frontend that sent them, now and then what there is in all, and what it has of a shard when that
/// gets another WorkerManager.
public sealed interface WorkerEvent permits EnvironmentEvent, InvocationProgress, Report, ShardEvent {}
