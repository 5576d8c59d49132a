package hearth.server.invoke;

import hearth.invoke.frontend.AnswerStream;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.model.ApiException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A caller who notes what they are answered, and insists on one answer.
final class RecordedResponder implements InvokeResponder {
    private static final String NO_CONTENT = "no content";
    private static final String ACCEPTED = "accepted";

    private final List<Object> answers = new ArrayList<>();
    final List<String> pieces = new ArrayList<>();
    private @Nullable AnswerHead head;

    @Override
    public void answer(AnswerHead told, DispatchOutcome.Ran outcome) {
        head = told;
        note(outcome);
    }

    @Override
    public void accepted(String traceHeader) {
        note(ACCEPTED);
    }

    @Override
    public void noContent() {
        note(NO_CONTENT);
    }

    @Override
    public void refuse(ApiException refusal) {
        note(refusal);
    }

    @Override
    public AnswerStream begin(AnswerHead told) {
        head = told;
        return (piece, taken) -> {
            pieces.add(new String(piece, StandardCharsets.UTF_8));
            taken.run();
        };
    }

    private void note(Object answer) {
        answers.add(answer);
        if (answers.size() > 1) {
            throw new IllegalStateException("Answered twice: " + answers);
        }
    }

    boolean isAnswered() {
        return !answers.isEmpty();
    }

    boolean isAccepted() {
        return answers.equals(List.of(ACCEPTED));
    }

    boolean isNoContent() {
        return answers.equals(List.of(NO_CONTENT));
    }

    AnswerHead head() {
        if (head == null) {
            throw new AssertionError("Not begun");
        }
        return head;
    }

    DispatchOutcome.Ran answer() {
        if (answers.getFirst() instanceof DispatchOutcome.Ran ran) {
            return ran;
        }
        throw new AssertionError("Not answered: " + answers);
    }

    ApiException refusal() {
        if (answers.getFirst() instanceof ApiException refusal) {
            return refusal;
        }
        throw new AssertionError("Not refused: " + answers);
    }
}
