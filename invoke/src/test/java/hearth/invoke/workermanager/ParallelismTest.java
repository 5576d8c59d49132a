package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.worker.ProcessorSample;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ParallelismTest {
    private final Parallelism parallelism = new Parallelism(1);
    private Instant now = Instant.EPOCH;

    @Test
    void limitsNothingBeforeItKnowsTheFunction() {
        assertThat(parallelism.on(2)).isEqualTo(Parallelism.UNLIMITED);
    }

    @Test
    void runsAsManyAsThereAreProcessorsWhereNothingElseIsWaitedFor() {
        learn(100, 100);

        assertThat(parallelism.on(2)).isEqualTo(2);
        assertThat(parallelism.on(16)).isEqualTo(16);
    }

    @Test
    void runsMoreWhereAPartOfTheTimeIsSpentWaiting() {
        learn(50, 100);

        assertThat(parallelism.on(2)).isEqualTo(4);
    }

    /// As many as it takes to keep the processors busy, of each of which 128 MiB give a fourteenth.
    @Test
    void runsMoreOfThoseThatGetLittleOfAProcessor() {
        var little = new Parallelism(0.072);
        learn(little, 100, 100);

        assertThat(little.on(2)).isEqualTo(28);
    }

    @Test
    void givesNoMoreTurnsToThoseThatMayUseSeveralProcessors() {
        var much = new Parallelism(5.7);
        learn(much, 100, 100);

        assertThat(much.on(2)).isEqualTo(2);
    }

    @Test
    void limitsNothingWhereNearlyAllIsWaiting() {
        learn(5, 100);

        assertThat(parallelism.on(2)).isEqualTo(Parallelism.UNLIMITED);
    }

    @Test
    void oneOutlierDoesNotChangeWhatManySamplesSaid() {
        for (int i = 0; i < 20; i++) {
            learn(100, 100);
        }

        learn(1, 5000);

        assertThat(parallelism.on(2)).isEqualTo(2);
    }

    @Test
    void learnsSoonThatAFunctionNowWaits() {
        for (int i = 0; i < 20; i++) {
            learn(100, 100);
        }

        for (int i = 0; i < 16; i++) {
            learn(1, 100);
        }

        assertThat(parallelism.on(2)).isEqualTo(Parallelism.UNLIMITED);
    }

    @Test
    void liftsALimitUnderWhichTheFunctionShowsThatItWaits() {
        learn(90, 100);
        assertThat(parallelism.on(2)).isEqualTo(2);

        while (parallelism.on(2) != Parallelism.UNLIMITED) {
            learn(5, 100);
        }

        assertThat(Duration.between(Instant.EPOCH, now)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void doesNotBelieveWhatIsMeasuredAmongManyOnceALimitWasWrong() {
        learn(100, 100);
        while (parallelism.on(2) != Parallelism.UNLIMITED) {
            learn(5, 100);
        }
        var lifted = now;

        while (parallelism.on(2) == Parallelism.UNLIMITED) {
            learn(100, 100);
        }

        assertThat(Duration.between(lifted, now)).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(22));
    }

    @Test
    void doubtsForTwiceAsLongEachTime() {
        for (int expected = 20; expected <= 160; expected *= 2) {
            while (parallelism.on(2) == Parallelism.UNLIMITED) {
                learn(100, 100);
            }
            while (parallelism.on(2) != Parallelism.UNLIMITED) {
                learn(5, 100);
            }
            var lifted = now;
            while (parallelism.on(2) == Parallelism.UNLIMITED) {
                learn(100, 100);
            }
            assertThat(Duration.between(lifted, now).toSeconds()).isBetween((long) expected, expected + 2L);
        }
    }

    @Test
    void passesOverWhatMayStillTellOfTheTimeBeforeALimit() {
        learn(100, 100);
        for (int i = 0; i < 50; i++) {
            parallelism.learn(new ProcessorSample(Duration.ofMillis(1), Duration.ofMillis(100)), now.plusMillis(100));
        }

        assertThat(parallelism.on(2)).isEqualTo(2);
    }

    private void learn(int running, int unhindered) {
        learn(parallelism, running, unhindered);
    }

    private void learn(Parallelism parallelism, int running, int unhindered) {
        now = now.plusMillis(400);
        parallelism.learn(new ProcessorSample(Duration.ofMillis(running), Duration.ofMillis(unhindered)), now);
    }
}
