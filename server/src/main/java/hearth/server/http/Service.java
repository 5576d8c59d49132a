package hearth.server.http;

import hearth.model.ApiException;

/// What stands behind a listener. Called on event loops: must not block.
public interface Service {
    /// Judges a request by its head, before any of its body is read.
    ///
    /// @throws ApiException to refuse it at once
    /// @throws RefusedRequestException to refuse it by an answer of another form
    RequestHandler admit(RequestHead head, Exchange exchange);

    /// The answer that tells a caller of a refusal, also of one by the listener itself.
    HttpResponse refusal(ApiException refusal);

    /// The answer to a request that met a fault of ours, which has been logged.
    HttpResponse fault();

    /// A request has come to its end.
    default void answered(AnsweredRequest request) {}
}
