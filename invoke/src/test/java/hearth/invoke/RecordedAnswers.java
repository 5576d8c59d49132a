package hearth.invoke;

import hearth.invoke.frontend.AnswerStream;
import hearth.invoke.frontend.InvocationResponder;
import hearth.invoke.frontend.InvocationResponse;
import hearth.model.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A caller who notes what they are answered, and insists on one answer.
public final class RecordedAnswers implements InvocationResponder {
    private final List<InvocationResponse> responses = new ArrayList<>();
    private final List<ApiException> refusals = new ArrayList<>();
    private final List<String> pieces = new ArrayList<>();
    private @Nullable InvocationResponse head;

    @Override
    public void answer(InvocationResponse response) {
        responses.add(response);
        requireOne();
    }

    @Override
    public AnswerStream begin(InvocationResponse head) {
        if (this.head != null) {
            throw new IllegalStateException("Begun twice");
        }
        this.head = head;
        return (piece, taken) -> {
            pieces.add(new String(piece, StandardCharsets.UTF_8));
            taken.run();
        };
    }

    @Override
    public void complete(InvocationResponse end) {
        head();
        answer(end);
    }

    @Override
    public void refuse(ApiException refusal) {
        refusals.add(refusal);
        requireOne();
    }

    public boolean isAnswered() {
        return responses.size() + refusals.size() > 0;
    }

    /// How an answer in pieces began.
    public InvocationResponse head() {
        if (head == null) {
            throw new AssertionError("Not begun");
        }
        return head;
    }

    public List<String> pieces() {
        return pieces;
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
