package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.worker.InvocationOutcome.NotRunnable;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProvisioningGoalTest {
    private static final Instant NOW = Instant.EPOCH;
    private static final NotRunnable WHY = new NotRunnable(NotRunnable.Cause.INIT_FAILED, "exit status 1");

    private final ProvisioningGoal goal = new ProvisioningGoal();

    @Test
    void triesAgainLaterAfterEachFailureInARow() {
        goal.failed(WHY, NOW);
        assertThat(goal.mayTry(NOW)).isFalse();
        assertThat(goal.mayTry(NOW.plusSeconds(1))).isTrue();

        goal.failed(WHY, NOW);
        assertThat(goal.mayTry(NOW.plusSeconds(1))).isFalse();
        assertThat(goal.mayTry(NOW.plusSeconds(2))).isTrue();
    }

    @Test
    void triesEachSecondWhileItIsHeldUp() {
        for (int i = 0; i < 5; i++) {
            goal.heldUp(WHY, NOW);
        }

        assertThat(goal.mayTry(NOW)).isFalse();
        assertThat(goal.mayTry(NOW.plusSeconds(1))).isTrue();
    }

    @Test
    void forgetsFailuresWhenAnotherNumberIsWanted() {
        goal.want(1);
        goal.failed(WHY, NOW);

        goal.want(2);

        assertThat(goal.wanted()).isEqualTo(2);
        assertThat(goal.failure()).isEmpty();
        assertThat(goal.mayTry(NOW)).isTrue();
    }
}
