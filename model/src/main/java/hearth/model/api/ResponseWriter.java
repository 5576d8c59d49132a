package hearth.model.api;

/// Writes one operation's responses.
@FunctionalInterface
public interface ResponseWriter<S extends ApiShape> {
    ApiResponse write(S response);
}
