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

        assertThat(turns.left(parallelism, false)).isEqualTo(Parallelism.UNLIMITED);
    }

    @Test
    void givesOneForEachProcessor() {
        computesOnly();
        turns.begin();
        long second = turns.begin();
        assertThat(turns.left(parallelism, false)).isZero();

        turns.end(second);

        assertThat(turns.left(parallelism, false)).isEqualTo(1);
    }

    @Test
    void givesOneMoreWhereEventsAndAnswersGoOverANetwork() {
        computesOnly();
        var away = new Turns(2, true);
        begin(away, 2);
        assertThat(away.left(parallelism, false)).isEqualTo(1);

        away.begin();

        assertThat(away.left(parallelism, false)).isZero();
    }

    @Test
    void givesTwoMoreForEachProcessorOverANetworkWhereInvocationsAreBrief() {
        computesOnly();
        var away = new Turns(2, true);
        begin(away, 2);
        assertThat(away.left(parallelism, true)).isEqualTo(4);

        begin(away, 4);

        assertThat(away.left(parallelism, true)).isZero();
        assertThat(away.left(parallelism, false)).isZero();
    }

    @Test
    void givesNoMoreOnItsOwnHostHoweverBriefInvocationsAre() {
        computesOnly();
        begin(turns, 2);

        assertThat(turns.left(parallelism, true)).isZero();
    }

    private static void begin(Turns turns, int count) {
        for (int i = 0; i < count; i++) {
            turns.begin();
        }
    }

    @Test
    void keepsATurnForTheRoundInWhichItBeganAndTheNext() {
        computesOnly();
        turns.begin();
        turns.begin();

        turns.nextRound();

        assertThat(turns.left(parallelism, false)).isZero();
    }

    @Test
    void letsTwiceAsManyBeginWithEachRoundInWhichNoneEnds() {
        computesOnly();
        int running = 0;
        for (int expected : new int[] {2, 6, 14, 30}) {
            for (int left = turns.left(parallelism, false); left > 0; left--) {
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
        assertThat(turns.left(parallelism, false)).isEqualTo(3);

        turns.end(first);
        turns.end(second);
        assertThat(turns.left(parallelism, false)).isEqualTo(1);
        turns.end(third);

        assertThat(turns.left(parallelism, false)).isEqualTo(2);
    }

    private void computesOnly() {
        parallelism.learn(new ProcessorSample(Duration.ofMillis(100), Duration.ofMillis(100)), Instant.EPOCH);
    }
}
