package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.worker.ProcessorSample;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ParallelismTest {
    private final Parallelism parallelism = new Parallelism();

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

        for (int i = 0; i < 8; i++) {
            learn(1, 100);
        }

        assertThat(parallelism.on(2)).isEqualTo(Parallelism.UNLIMITED);
    }

    private void learn(int running, int unhindered) {
        parallelism.learn(new ProcessorSample(Duration.ofMillis(running), Duration.ofMillis(unhindered)));
    }
}
