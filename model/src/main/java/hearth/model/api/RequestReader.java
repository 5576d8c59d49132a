package hearth.model.api;

/// Reads one operation's requests.
@FunctionalInterface
public interface RequestReader<Q extends ApiShape> {
    /// Throws an ApiException: `SERIALIZATION` for a body that is no JSON or has a wrong type in it, `VALIDATION` with
    /// every broken constraint of the model in AWS's words.
    Q read(RequestParts parts);
}
