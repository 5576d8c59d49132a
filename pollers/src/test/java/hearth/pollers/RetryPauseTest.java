package hearth.pollers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryPauseTest {
    private final RetryPause pause = new RetryPause();

    @Test
    void growsWithEachFailure() {
        assertThat(pause.afterFailure()).isEqualTo(Duration.ofMillis(100));
        assertThat(pause.afterFailure()).isEqualTo(Duration.ofMillis(200));

        pause.reset();

        assertThat(pause.afterFailure()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void isShortAfterTheFirstFailureHoweverLongTheFunctionCouldNotRun() {
        for (int i = 0; i < 10; i++) {
            pause.afterObstacle();
        }

        assertThat(pause.afterObstacle()).isEqualTo(Duration.ofSeconds(10));
        assertThat(pause.afterFailure()).isEqualTo(Duration.ofMillis(100));
        assertThat(pause.afterObstacle()).isEqualTo(Duration.ofMillis(100));
    }
}
