package hearth.server.cli;

/// The refusal of a command that cannot be understood. The message says why.
final class UsageException extends RuntimeException {
    UsageException(String message) {
        super(message, null, false, false);
    }
}
