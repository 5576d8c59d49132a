package hearth.server.install;

/// Why something was not installed, in words for who asked for it.
public final class InstallException extends Exception {
    InstallException(String message) {
        super(message);
    }

    InstallException(String message, Throwable cause) {
        super(message, cause);
    }
}
