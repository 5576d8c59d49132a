package hearth.server.invoke;

import hearth.invoke.frontend.AnswerStream;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.model.ApiException;

/// Carries the answer of one request to run a function back to its caller, who may have hung up by then; the answer is
/// dropped.
///
/// One of `answer`, `accepted`, `noContent` and `refuse` is called, once, on any thread, and perhaps `begin` before
/// it. None may block.
public interface InvokeResponder {
    /// The function has run. Of an answer that was begun this is the end.
    void answer(AnswerHead head, DispatchOutcome.Ran outcome);

    /// The invocation is kept, and will run without the caller.
    ///
    /// @param traceHeader `X-Amzn-Trace-Id`
    default void accepted(String traceHeader) {
        throw new IllegalStateException("The request waits for the function");
    }

    /// A dry run found nothing wrong.
    void noContent();

    /// The function did not run, or it is not known whether it did.
    void refuse(ApiException refusal);

    /// The function begins to answer piece by piece, to a request that streams.
    default AnswerStream begin(AnswerHead head) {
        throw new IllegalStateException("The request does not stream");
    }
}
