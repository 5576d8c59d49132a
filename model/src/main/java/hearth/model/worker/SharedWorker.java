package hearth.model.worker;

/// A worker that serves several members of a cluster: each by a link of its own, and told of what concerns it.
public interface SharedWorker {
    WorkerId worker();

    /// A member can be told of this worker from now on, and hears its first report at once.
    ///
    /// @param events where the member hears of its shards' environments, of the invocations that it sent, and what
    ///     the worker reports. If it was known, what runs for it is told there too from now on
    /// @return what takes the member's commands
    WorkerLink from(MemberId member, WorkerEvents events);

    /// A member has left for good: it has no more reports. What it looked after stays, for another to take up, and what
    /// it sent comes to its end.
    void parted(MemberId member);
}
