package hearth.model.worker;

/// The way to one worker. In one process this is the worker itself, in a cluster a connection to it.
public interface WorkerLink {
    WorkerId worker();

    /// Sends a command. By any thread; does not block. What comes of it is told to the worker's `WorkerEvents`, and may
    /// be before this returns.
    void send(WorkerCommand command);
}
