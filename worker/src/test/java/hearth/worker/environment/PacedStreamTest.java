package hearth.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.Bytes;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PacedStreamTest {
    private static final StreamPace PACE = new StreamPace(new Bytes(1000), new Bytes(100));

    private final MockTicker ticker = Ticker.newMockTicker();
    private final EmbeddedChannel channel =
            EmbeddedChannel.builder().ticker(ticker).build();
    private final List<byte[]> passedOn = new ArrayList<>();
    private final PacedStream stream = new PacedStream(
            (number, piece) -> passedOn.add(piece),
            channel.eventLoop(),
            new Guard(channel.eventLoop(), defect -> {
                throw new AssertionError(defect);
            }),
            PACE);
    private int taken;

    @Test
    void passesTheBurstOnAtOnce() {
        write(600);
        write(400);

        assertThat(taken).isEqualTo(2);
    }

    @Test
    void letsGoOfWhatNobodyWantsAnyMore() {
        stream.write(new byte[10], () -> taken++);
        assertThat(taken).isZero();

        stream.discard();
        channel.runPendingTasks();
        assertThat(taken).isEqualTo(1);

        stream.write(new byte[10], () -> taken++);
        assertThat(taken).isEqualTo(2);
        assertThat(passedOn).hasSize(1);
    }

    @Test
    void waitsUntilWhatIsBeyondTheBurstIsDue() {
        write(1000);
        write(50);
        assertThat(passedOn).hasSize(2);
        assertThat(taken).isEqualTo(1);

        advance(499);
        assertThat(taken).isEqualTo(1);
        advance(2);
        assertThat(taken).isEqualTo(2);
    }

    @Test
    void earnsNoMoreThanTheBurstByWaiting() {
        write(1000);
        advance(3_600_000);
        write(1000);
        write(10);
        assertThat(taken).isEqualTo(2);

        advance(101);
        assertThat(taken).isEqualTo(3);
    }

    @Test
    void earnsItsBurstBackWhileNothingIsWritten() {
        write(1000);
        advance(5000);
        write(500);
        assertThat(taken).isEqualTo(2);
        write(1);
        assertThat(taken).isEqualTo(2);
    }

    @Test
    void needsABandwidth() {
        assertThatThrownBy(() -> new StreamPace(new Bytes(1), new Bytes(0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void write(int size) {
        stream.write(new byte[size], () -> taken++);
        stream.credited(passedOn.size());
        channel.runPendingTasks();
    }

    private void advance(long millis) {
        ticker.advance(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }
}
