package hearth.worker.runtimeapi;

/// Where a runtime stands in its conversation with us; the names are those that a refused runtime reads.
///
/// The legal steps stand in `RuntimeSession`, one method for each request.
enum RuntimeState {
    STARTED("Started"),
    INIT_ERROR("InitError"),
    /// Under SnapStart: initialised, and waits to be restored.
    RESTORE_READY("RestoreReady"),
    /// Does what it has to do after a restore.
    RESTORING("Restoring"),
    RESTORE_ERROR("RuntimeRestoreErrorState"),
    /// Waits for an event, or may come and fetch one.
    READY("Ready"),
    /// Has its event.
    RUNNING("Running"),
    /// A response is being read.
    RESPONDING("InvocationResponse"),
    /// An error is being read.
    FAILING("InvocationErrorResponse"),
    RESPONSE_SENT("RuntimeResponseSentState");

    private final String wireName;

    RuntimeState(String wireName) {
        this.wireName = wireName;
    }

    String wireName() {
        return wireName;
    }
}
