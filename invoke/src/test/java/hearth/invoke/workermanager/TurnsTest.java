package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.worker.ProcessorSample;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Parallelism parallelism = new Parallelism(1);
    private final Turns turns = new Turns(2, false);

    @Test
    void givesAnyNumberOfTurnsToAFunctionThatNobodyKnows() {
        turns.begin();
        turns.begin();
        turns.begin();

        assertThat(turns.left(parallelism)).isEqualTo(Parallelism.UNLIMITED);
    }

    @Test
    void givesOneForEachProcessor() {
        computesOnly();
        turns.begin();
        long second = turns.begin();
        assertThat(turns.left(parallelism)).isZero();

        turns.end(second);

        assertThat(turns.left(parallelism)).isEqualTo(1);
    }

    @Test
    void givesOneMoreWhereEventsAndAnswersGoOverANetwork() {
        computesOnly();
        var away = new Turns(2, true);
        away.begin();
        away.begin();
        assertThat(away.left(parallelism)).isEqualTo(1);

        away.begin();

        assertThat(away.left(parallelism)).isZero();
    }

    @Test
    void keepsATurnForTheRoundInWhichItBeganAndTheNext() {
        computesOnly();
        turns.begin();
        turns.begin();

        turns.nextRound();

        assertThat(turns.left(parallelism)).isZero();
    }

    @Test
    void letsTwiceAsManyBeginWithEachRoundInWhichNoneEnds() {
        computesOnly();
        int running = 0;
        for (int expected : new int[] {2, 6, 14, 30}) {
            for (int left = turns.left(parallelism); left > 0; left--) {
                turns.begin();
                running++;
            }
            assertThat(running).isEqualTo(expected);
            turns.nextRound();
            turns.nextRound();
        }
    }

    @Test
    void returnsToOneForEachProcessorWhenThoseThatWereOverdueHaveEnded() {
        computesOnly();
        long first = turns.begin();
        long second = turns.begin();
        turns.nextRound();
        turns.nextRound();
        long third = turns.begin();
        assertThat(turns.left(parallelism)).isEqualTo(3);

        turns.end(first);
        turns.end(second);
        assertThat(turns.left(parallelism)).isEqualTo(1);
        turns.end(third);

        assertThat(turns.left(parallelism)).isEqualTo(2);
    }

    private void computesOnly() {
        parallelism.learn(new ProcessorSample(Duration.ofMillis(100), Duration.ofMillis(100)), Instant.EPOCH);
    }
}
