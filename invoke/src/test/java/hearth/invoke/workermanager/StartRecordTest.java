package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.worker.InvocationOutcome.NotRunnable;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StartRecordTest {
    private static final Instant NOW = Instant.EPOCH;
    private static final NotRunnable WHY = new NotRunnable(NotRunnable.Cause.SANDBOX_FAILED, "clone3: EAGAIN");

    private final StartRecord starts = new StartRecord();

    @Test
    void forgetsAFailureAfterAPauseThatDoublesUpToSomeSeconds() {
        assertThat(pauseAfterAFailure()).isEqualTo(Duration.ofMillis(250));
        assertThat(pauseAfterAFailure()).isEqualTo(Duration.ofMillis(500));
        for (int i = 0; i < 10; i++) {
            pauseAfterAFailure();
        }
        assertThat(pauseAfterAFailure()).isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void beginsAnewAfterAStartThatWentWell() {
        starts.failed(WHY, NOW);
        starts.failed(WHY, NOW);

        starts.succeeded(Duration.ofMillis(40));

        assertThat(starts.failure(NOW)).isEmpty();
        assertThat(starts.failed(WHY, NOW)).isEqualTo(1);
        assertThat(starts.failure(NOW.plusMillis(250))).isEmpty();
    }

    @Test
    void isPatientForHalfOfWhatAStartTakesAndNoLongerThanAllowed() {
        assertThat(starts.patience(Duration.ofMillis(50))).isEqualTo(Duration.ZERO);

        starts.succeeded(Duration.ofMillis(40));
        assertThat(starts.patience(Duration.ofMillis(50))).isEqualTo(Duration.ofMillis(20));
        assertThat(starts.patience(Duration.ofMillis(5))).isEqualTo(Duration.ofMillis(5));
    }

    private Duration pauseAfterAFailure() {
        starts.failed(WHY, NOW);
        long millis = 0;
        while (starts.failure(NOW.plusMillis(millis)).isPresent()) {
            millis++;
        }
        return Duration.ofMillis(millis);
    }
}
