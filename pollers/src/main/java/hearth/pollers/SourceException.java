package hearth.pollers;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// A source could not be asked, for a reason that operators understand.
public final class SourceException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    public SourceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
