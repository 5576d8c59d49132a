package hearth.events;

import java.time.Duration;

/// Runs something later, on a thread that may block.
@FunctionalInterface
public interface Alarm {
    void after(Duration delay, Runnable action);
}
