package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.frontend.AnswerStream;
import hearth.invoke.frontend.DispatchListener;
import hearth.invoke.frontend.DispatchOutcome;
import hearth.invoke.frontend.DispatchOutcome.Unavailable;
import hearth.model.FunctionVersion;
import hearth.model.RandomMessages;
import hearth.model.worker.Invocation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DispatchGateTest {
    private final RandomMessages messages = new RandomMessages(1);
    private final List<DispatchListener> inside = new ArrayList<>();
    private final DispatchGate gate = new DispatchGate((_, _, _, listener) -> inside.add(listener));
    private final List<DispatchOutcome> outcomes = new ArrayList<>();

    private void run() {
        gate.run(
                messages.make(FunctionVersion.class),
                messages.make(Invocation.class),
                Duration.ZERO,
                new DispatchListener() {
                    @Override
                    public AnswerStream begins(String contentType) {
                        throw new IllegalStateException("Nothing begins here");
                    }

                    @Override
                    public void ended(DispatchOutcome outcome) {
                        outcomes.add(outcome);
                    }
                });
    }

    @Test
    void refusesWhatComesWhileItIsShutAndNothingElse() {
        run();
        gate.shut(true);
        run();
        gate.shut(false);
        run();

        assertThat(inside).hasSize(2);
        assertThat(outcomes).containsExactly(new Unavailable(Unavailable.Reason.CLOSED));
    }
}
