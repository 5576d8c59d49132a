package hearth.events;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;

/// Tells the log when the store fails to write, and when it writes again: once each, however many wait for it.
final class Writes {
    private static final Logger LOG = System.getLogger(Writes.class.getName());

    private final String what;
    private final AtomicBoolean areFailing = new AtomicBoolean();

    Writes(String what) {
        this.what = what;
    }

    void failed(Throwable cause) {
        if (areFailing.compareAndSet(false, true)) {
            LOG.log(Level.ERROR, what + " cannot be written, and are tried again each second", cause);
        }
    }

    void succeeded() {
        if (areFailing.get() && areFailing.compareAndSet(true, false)) {
            LOG.log(Level.INFO, "{0} are written again", what);
        }
    }
}
