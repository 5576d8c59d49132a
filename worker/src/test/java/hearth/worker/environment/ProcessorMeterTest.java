package hearth.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.worker.ProcessorSample;
import hearth.worker.sandbox.ProcessorTimes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProcessorMeterTest {
    private @Nullable ProcessorTimes sandbox = times(0, 0);
    private long now;
    private final ProcessorMeter meter = new ProcessorMeter(() -> sandbox);

    @Test
    void looksFourTimesASecondAndSumsUpWhatWasBetween() {
        assertThat(invoked(1)).isNull();
        assertThat(invoked(100)).isNull();
        assertThat(invoked(100)).isNull();

        sandbox = times(30, 0);
        assertThat(invoked(100)).isEqualTo(sample(30, 300));
        assertThat(invoked(100)).isNull();
    }

    @Test
    void takesTheWaitForAProcessorOff() {
        invoked(1);

        sandbox = times(30, 250);

        assertThat(invoked(300)).isEqualTo(sample(30, 50));
    }

    @Test
    void isNeverOnAProcessorForLongerThanItTook() {
        invoked(1);

        sandbox = times(50, 400);

        assertThat(invoked(300)).isEqualTo(sample(50, 50));
    }

    @Test
    void saysNothingWhereNothingIsCounted() {
        sandbox = null;
        invoked(1);

        assertThat(invoked(300)).isNull();
    }

    @Test
    void saysNothingWhenAnotherThreadIsTheBusiestNow() {
        invoked(1);
        sandbox = new ProcessorTimes("2", Duration.ofMillis(900), Duration.ZERO);
        assertThat(invoked(300)).isNull();

        sandbox = new ProcessorTimes("2", Duration.ofMillis(920), Duration.ZERO);

        assertThat(invoked(300)).isEqualTo(sample(20, 300));
    }

    /// The kernel gives the number of a thread that has ended to another.
    @Test
    void saysNothingWhereAThreadSeemsToHaveRunBackwards() {
        sandbox = times(900, 0);
        invoked(1);

        sandbox = times(20, 0);

        assertThat(invoked(300)).isNull();
    }

    private @Nullable ProcessorSample invoked(int millis) {
        now += Duration.ofMillis(millis).toNanos();
        return meter.after(Duration.ofMillis(millis).toNanos(), now);
    }

    private static ProcessorTimes times(int running, int waiting) {
        return new ProcessorTimes("1", Duration.ofMillis(running), Duration.ofMillis(waiting));
    }

    private static ProcessorSample sample(int running, int unhindered) {
        return new ProcessorSample(Duration.ofMillis(running), Duration.ofMillis(unhindered));
    }
}
