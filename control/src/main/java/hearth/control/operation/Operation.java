package hearth.control.operation;

import hearth.model.api.ApiShape;

/// One operation of the API. Refuses by throwing an `ApiException`; otherwise what it answers is durable.
public interface Operation<Q extends ApiShape, S extends ApiShape> {
    S handle(Caller caller, Q request);
}
