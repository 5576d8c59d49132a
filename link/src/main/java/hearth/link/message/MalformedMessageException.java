package hearth.link.message;

/// The refusal of bytes that are no message of ours. The message says what is wrong with them.
public final class MalformedMessageException extends RuntimeException {
    public MalformedMessageException(String message) {
        super(message);
    }

    MalformedMessageException(String message, Throwable cause) {
        super(message, cause);
    }
}
