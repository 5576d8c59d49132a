package hearth.invoke;

import hearth.invoke.frontend.AnswerStream;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Notes what comes of an invocation, and insists on one outcome.
public final class RecordedOutcomes implements DispatchListener {
    private final List<DispatchOutcome> outcomes = new ArrayList<>();
    private final List<String> pieces = new ArrayList<>();
    private @Nullable String contentType;

    @Override
    public void ended(DispatchOutcome outcome) {
        outcomes.add(outcome);
        if (outcomes.size() > 1) {
            throw new IllegalStateException("Ended twice: " + outcomes);
        }
    }

    @Override
    public AnswerStream begins(String type) {
        if (contentType != null) {
            throw new IllegalStateException("Begun twice");
        }
        contentType = type;
        return (piece, taken) -> {
            pieces.add(new String(piece, StandardCharsets.UTF_8));
            taken.run();
        };
    }

    public boolean isEnded() {
        return !outcomes.isEmpty();
    }

    /// What the runtime said of an answer in pieces; null if none was begun.
    public @Nullable String contentType() {
        return contentType;
    }

    public List<String> pieces() {
        return pieces;
    }

    public DispatchOutcome outcome() {
        if (outcomes.isEmpty()) {
            throw new AssertionError("Not ended");
        }
        return outcomes.getFirst();
    }

    /// What the function answered or failed with.
    public String payload() {
        return switch (outcome()) {
            case DispatchOutcome.Answered(var payload, var _, var _) -> new String(payload, StandardCharsets.UTF_8);
            case DispatchOutcome.FunctionError(var payload, var _, var _) ->
                new String(payload, StandardCharsets.UTF_8);
            default -> throw new AssertionError("No payload: " + outcome());
        };
    }
}
