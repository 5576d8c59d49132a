package hearth.invoke;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Alarms that ring when the test says so.
public final class Alarms {
    private final List<Runnable> pending = new ArrayList<>();

    public void set(Duration delay, Runnable action) {
        pending.add(action);
    }

    /// All that are set now.
    public void ring() {
        var ringing = List.copyOf(pending);
        pending.clear();
        ringing.forEach(Runnable::run);
    }

    public int pending() {
        return pending.size();
    }
}
