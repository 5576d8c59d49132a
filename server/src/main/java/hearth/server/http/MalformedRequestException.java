package hearth.server.http;

/// What arrived is not HTTP, or not the part of it that is served here. The connection cannot be used any further.
final class MalformedRequestException extends Exception {
    MalformedRequestException(String message) {
        super(message, null, false, false);
    }
}
