package hearth.server.install;

/// The reason why something was not installed, in words for whoever asked for it.
public final class InstallException extends Exception {
    InstallException(String message) {
        super(message);
    }

    InstallException(String message, Throwable cause) {
        super(message, cause);
    }
}
