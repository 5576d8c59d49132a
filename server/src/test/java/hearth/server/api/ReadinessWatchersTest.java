package hearth.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadinessWatchersTest {
    private static final long START = -5;

    private final ReadinessWatchers watchers = new ReadinessWatchers();

    private static long at(long millis) {
        return START + Duration.ofMillis(millis).toNanos();
    }

    @Test
    void knowWhenEachWasToldThreeTimes() {
        watchers.asked("10.0.0.9", true, at(0));
        watchers.asked("10.0.0.8", true, at(300));
        watchers.asked("10.0.0.9", true, at(500));
        watchers.asked("10.0.0.8", true, at(800));
        watchers.asked("10.0.0.9", false, at(1000));
        watchers.asked("10.0.0.9", false, at(1100));
        watchers.asked("10.0.0.9", false, at(1200));
        watchers.asked("10.0.0.8", false, at(1300));
        assertThat(watchers.know(at(1301))).isFalse();
        watchers.asked("10.0.0.8", false, at(1400));
        watchers.asked("10.0.0.8", false, at(1500));

        assertThat(watchers.know(at(1501))).isTrue();
    }

    @Test
    void areNotThoseWhoAskedOnceOrAskSeldomOrNoMore() {
        watchers.asked("10.0.0.7", true, at(0));
        watchers.asked("10.0.0.6", true, at(0));
        watchers.asked("10.0.0.9", true, at(0));
        watchers.asked("10.0.0.9", true, at(1000));
        watchers.asked("10.0.0.6", true, at(11_000));

        assertThat(watchers.know(at(3400))).isFalse();
        assertThat(watchers.know(at(3600))).isTrue();
        assertThat(watchers.know(at(11_001))).isTrue();
    }

    @Test
    void knowNothingMoreOnceTheServerWasReadyAgain() {
        for (int i = 0; i < 5; i++) {
            watchers.asked("10.0.0.9", false, at(i * 500L));
        }
        watchers.asked("10.0.0.9", true, at(2500));

        assertThat(watchers.know(at(2501))).isFalse();
    }

    @Test
    void areRememberedInNoGreaterNumberThanThereIsRoomFor() {
        watchers.asked("balancer", true, at(0));
        for (int i = 0; i < 10_000; i++) {
            watchers.asked("stranger " + i, true, at(100));
        }
        watchers.asked("balancer", true, at(500));

        assertThat(watchers.know(at(501))).isFalse();
        watchers.asked("another", true, at(20_000));
        watchers.asked("another", true, at(20_500));
        assertThat(watchers.know(at(20_501))).isFalse();
    }
}
