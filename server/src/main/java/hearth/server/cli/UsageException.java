package hearth.server.cli;

/// What was typed cannot be understood. The message says why.
final class UsageException extends RuntimeException {
    UsageException(String message) {
        super(message, null, false, false);
    }
}
