package hearth.cluster;

/// Another poller reads the mapping's stream, or the mapping is gone: what this one wanted to write came to nothing.
public final class ClaimLostException extends RuntimeException {
    ClaimLostException() {
        super("Another poller reads the mapping's stream, or the mapping is gone");
    }
}
