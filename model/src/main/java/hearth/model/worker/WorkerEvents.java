package hearth.model.worker;

/// Where a worker tells its events.
@FunctionalInterface
public interface WorkerEvents {
    /// Called on the event loop of the environment that the event is about, and in the order of its events; a report by
    /// any thread. Must not block.
    void happened(WorkerId from, WorkerEvent event);
}
