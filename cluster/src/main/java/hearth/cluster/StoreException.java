package hearth.cluster;

/// The store failed us: the disk is full, a file is damaged, the engine refused a statement. Never the caller's fault.
public final class StoreException extends RuntimeException {
    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
