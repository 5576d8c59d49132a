package hearth.server.logging;

import java.util.logging.LogManager;

/// Keeps its handlers until the process has ended. The JDK's own takes them away as soon as the process is told to
/// end, and with them what the server has to say while it closes.
public final class SteadyLogManager extends LogManager {
    @Override
    public void reset() {
        // Nothing is taken away.
    }
}
