package hearth.invoke.workermanager;

/// What the WorkerManager holds now, and what it has done since it began.
///
/// @param starting asked for and not ready yet
/// @param retiring asked to end and not gone yet
/// @param waiting invocations that wait for an environment
/// @param warmTakes invocations that found an idle environment
/// @param waits invocations that had to wait for one
/// @param asked environments asked for
/// @param failedStarts environments that ended before they were ready
/// @param expired environments ended because they were idle too long
/// @param evicted environments ended to make room for another function
/// @param refused reservations that a worker did not honour
/// @param adopted environments that another member looked after before
public record EnvironmentCounts(
        int starting,
        int idle,
        int busy,
        int retiring,
        int waiting,
        long warmTakes,
        long waits,
        long asked,
        long failedStarts,
        long expired,
        long evicted,
        long refused,
        long adopted) {
    /// Environments of any state.
    public int environments() {
        return starting + idle + busy + retiring;
    }
}
