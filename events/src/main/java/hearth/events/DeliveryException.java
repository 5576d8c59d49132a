package hearth.events;

import org.jspecify.annotations.Nullable;

/// A message was not delivered, for a reason that operators understand.
public final class DeliveryException extends Exception {
    private static final long serialVersionUID = 1;

    public DeliveryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
