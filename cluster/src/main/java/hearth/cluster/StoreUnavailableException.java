package hearth.cluster;

/// The store cannot be opened, and the message tells the operator why and what to do.
public final class StoreUnavailableException extends RuntimeException {
    public StoreUnavailableException(String message) {
        super(message);
    }
}
