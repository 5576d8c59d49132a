package hearth.invoke.frontend;

import hearth.model.ApiException;

/// Who carries the answer of one invocation back to its caller: whole, by `answer` or `refuse`, or to a request
/// that streams also by `begin` and then `complete`. Each is called once at most, on any thread, and must not
/// block. The caller may have hung up by then; the answer is dropped.
public interface InvocationResponder {
    void answer(InvocationResponse response);

    void refuse(ApiException refusal);

    /// The function begins to answer piece by piece.
    ///
    /// @param head without a payload
    default AnswerStream begin(InvocationResponse head) {
        throw new IllegalStateException("The request does not stream");
    }

    /// There are no more pieces.
    ///
    /// @param end says how it went; its payload is not part of the answer, but tells of the failure if there was
    ///     one
    default void complete(InvocationResponse end) {
        throw new IllegalStateException("The request does not stream");
    }
}
