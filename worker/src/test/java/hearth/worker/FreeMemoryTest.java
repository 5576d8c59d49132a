package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FreeMemoryTest {
    @TempDir
    Path directory;

    private int changes;
    private long now = Duration.ofSeconds(1).toNanos();

    private Path meminfo(long available) throws Exception {
        var text = "MemTotal:       16000 kB\nMemFree:         1 kB\nMemAvailable:    %d kB\n".formatted(available);
        return Files.writeString(directory.resolve("meminfo"), text);
    }

    @Test
    void leavesASixteenthFree() throws Exception {
        var memory = new FreeMemory(meminfo(1000), Runnable::run, () -> now, () -> changes++);
        assertThat(memory.isEnough()).isTrue();

        meminfo(999);
        now += Duration.ofMillis(100).toNanos();

        assertThat(memory.isEnough()).isFalse();
    }

    @Test
    void leavesAQuarterFreeOfWhatStays() throws Exception {
        var memory = new FreeMemory(meminfo(4000), Runnable::run, () -> now, () -> changes++);
        assertThat(memory.isEnoughToKeep()).isTrue();

        meminfo(3999);
        now += Duration.ofMillis(100).toNanos();

        assertThat(memory.isEnoughToKeep()).isFalse();
        assertThat(memory.isEnough()).isTrue();
        assertThat(changes).isEqualTo(1);
    }

    @Test
    void looksNoMoreThanTenTimesASecond() throws Exception {
        var memory = new FreeMemory(meminfo(5000), Runnable::run, () -> now, () -> changes++);
        assertThat(memory.isEnough()).isTrue();

        meminfo(1);
        now += Duration.ofMillis(99).toNanos();
        assertThat(memory.isEnough()).isTrue();
        now += Duration.ofMillis(1).toNanos();

        assertThat(memory.isEnough()).isFalse();
    }

    @Test
    void doesNotStandInTheWayWhereNothingIsKnown() {
        assertThat(new FreeMemory(directory.resolve("none"), Runnable::run, () -> now, () -> changes++).isEnough())
                .isTrue();
    }
}
