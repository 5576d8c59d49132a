package hearth.events.aws;

import java.io.Serial;

/// A service cannot be asked: nobody has said where it is, or the server stops.
public final class NoClientException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    NoClientException(String message) {
        super(message);
    }
}
