package hearth.pollers;

import java.time.Duration;

/// How long a batch waits before it is tried again: longer each time that its function fails on it, and longer each
/// time that the function may not run. However long the one was, it does not add to the other.
public final class RetryPause {
    private final Pause failing = new Pause();
    private final Pause hindered = new Pause();

    /// The function ran, and failed.
    public Duration afterFailure() {
        hindered.reset();
        return failing.next();
    }

    /// The function could not run, or nobody could be told of what it failed on.
    public Duration afterObstacle() {
        return hindered.next();
    }

    public void reset() {
        failing.reset();
        hindered.reset();
    }
}
