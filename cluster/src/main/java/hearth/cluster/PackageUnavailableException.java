package hearth.cluster;

/// A deployment package cannot be kept, or cannot be had, and the message says why. Trying again later may help.
public final class PackageUnavailableException extends RuntimeException {
    PackageUnavailableException(String message) {
        super(message);
    }

    PackageUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
