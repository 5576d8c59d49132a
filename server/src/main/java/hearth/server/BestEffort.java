package hearth.server;

import java.lang.System.Logger.Level;

/// Work ahead of need, which whoever needs it later does again if it failed.
final class BestEffort {
    private static final System.Logger LOG = System.getLogger(BestEffort.class.getName());

    private BestEffort() {}

    /// @param what for the log
    static Runnable of(String what, Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, what + " failed; it is done when it is needed", e);
            }
        };
    }
}
