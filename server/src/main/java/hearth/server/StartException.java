package hearth.server;

import org.jspecify.annotations.Nullable;

/// The reason why the server cannot start, in words for whoever started it.
public final class StartException extends Exception {
    public StartException(String message) {
        this(message, null);
    }

    public StartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
