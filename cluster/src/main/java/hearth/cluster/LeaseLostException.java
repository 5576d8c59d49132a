package hearth.cluster;

import org.jspecify.annotations.Nullable;

/// Another process works the queue of events: what this one wanted to write of its work came to nothing.
public final class LeaseLostException extends RuntimeException {
    LeaseLostException() {
        super("Another server works the queue of events");
    }

    /// Whether this is why something failed.
    public static boolean isBehind(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LeaseLostException) {
                return true;
            }
        }
        return false;
    }
}
