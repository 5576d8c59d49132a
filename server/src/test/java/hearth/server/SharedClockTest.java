package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedClockTest {
    private static final Instant DATABASE = Instant.parse("2026-11-29T12:00:00Z");

    private Instant own = DATABASE;
    private Optional<Instant> database = Optional.of(DATABASE);
    private final SharedClock clock = new SharedClock(() -> own, () -> database);

    @ParameterizedTest
    @ValueSource(longs = {-5, 0, 1, 5})
    void isTheHostsWhileThatIsRight(long seconds) {
        own = DATABASE.plusSeconds(seconds);

        assertThat(clock.instant()).isEqualTo(own);
    }

    @ParameterizedTest
    @ValueSource(longs = {-3600, -6, 6, 3600})
    void isTheDatabasesWhileTheHostsIsOff(long seconds) {
        own = DATABASE.plusSeconds(seconds);

        assertThat(clock.instant()).isEqualTo(DATABASE);

        own = DATABASE.plusMillis(20);

        assertThat(clock.instant()).isEqualTo(own);
    }

    @Test
    void isTheHostsWhereNothingIsShared() {
        database = Optional.empty();
        own = DATABASE.plus(Duration.ofDays(1));

        assertThat(clock.instant()).isEqualTo(own);
    }
}
