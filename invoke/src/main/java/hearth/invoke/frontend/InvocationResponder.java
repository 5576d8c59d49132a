package hearth.invoke.frontend;

import hearth.model.ApiException;

/// Who carries the answer of one invocation back to its caller. Exactly one of its methods is called, once, on any
/// thread, and must not block. The caller may have hung up by then; the answer is dropped.
public interface InvocationResponder {
    void answer(InvocationResponse response);

    void refuse(ApiException refusal);
}
