package hearth.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class QueueClockTest {
    private final AtomicLong nanos = new AtomicLong(-5);

    @Test
    void beginsWithTheWallClockAndGoesOnByItself() {
        var clock = QueueClock.begin(1_000, 0, nanos::get);
        nanos.addAndGet(7_000_000);

        assertThat(clock.now()).isEqualTo(1_007);
    }

    /// As after a start with a clock that was put back.
    @Test
    void isNeverBehindWhatIsKept() {
        assertThat(QueueClock.begin(1_000, 90_000, nanos::get).now()).isEqualTo(90_000);
    }

    /// As by a database that knows the time of all, whatever this host's clock says.
    @Test
    void isPutForwardAndNeverBack() {
        var clock = QueueClock.begin(1_000, 0, nanos::get);
        nanos.addAndGet(7_000_000);

        clock.atLeast(5_000);
        assertThat(clock.now()).isEqualTo(5_000);
        clock.atLeast(4_000);
        nanos.addAndGet(1_000_000);
        assertThat(clock.now()).isEqualTo(5_001);
    }
}
