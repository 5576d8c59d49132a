package hearth.invoke;

import hearth.invoke.frontend.InvocationResponder;
import hearth.invoke.frontend.InvocationResponse;
import hearth.model.ApiException;
import java.util.ArrayList;
import java.util.List;

/// A caller who notes what they are answered, and insists on one answer.
public final class RecordedAnswers implements InvocationResponder {
    private final List<InvocationResponse> responses = new ArrayList<>();
    private final List<ApiException> refusals = new ArrayList<>();

    @Override
    public void answer(InvocationResponse response) {
        responses.add(response);
        requireOne();
    }

    @Override
    public void refuse(ApiException refusal) {
        refusals.add(refusal);
        requireOne();
    }

    public boolean isAnswered() {
        return responses.size() + refusals.size() > 0;
    }

    public InvocationResponse response() {
        if (responses.isEmpty()) {
            throw new AssertionError("Not answered; refused: " + refusals);
        }
        return responses.getFirst();
    }

    public ApiException refusal() {
        if (refusals.isEmpty()) {
            throw new AssertionError("Not refused; answered: " + responses);
        }
        return refusals.getFirst();
    }

    private void requireOne() {
        if (responses.size() + refusals.size() > 1) {
            throw new IllegalStateException("Answered twice");
        }
    }
}
