package hearth.pollers.documentdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OldestTimeTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

    @Test
    void isFoundToAMinuteByFewQuestions() throws Exception {
        var oldest = NOW.minusSeconds(3 * 3600 + 17);
        var asked = new AtomicInteger();

        var found = OldestTime.search(Instant.EPOCH, NOW, time -> {
            asked.incrementAndGet();
            return !time.isBefore(oldest);
        });

        assertThat(found).isBetween(oldest, oldest.plusSeconds(60));
        assertThat(asked.get()).isLessThan(30);
    }

    @Test
    void isNowWhereNothingIsKept() throws Exception {
        assertThat(OldestTime.search(Instant.EPOCH, NOW, _ -> false)).isEqualTo(NOW);
    }
}
