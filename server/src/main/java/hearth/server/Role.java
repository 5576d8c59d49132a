package hearth.server;

/// A part that a process can take.
public enum Role {
    /// All operations of the API but `Invoke`.
    CONTROL,
    /// `Invoke`: the frontend with counting, worker manager and placement.
    FRONTEND,
    /// Runs functions: for the frontend in the same process, or alone, for one that it joins.
    WORKER,
    /// Asynchronous invocation. Needs the frontend in the same process.
    EVENTS
}
