package hearth.worker.pool;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ShelfTest {
    private static final Boot BOOT = new Boot("python3.12", List.of("python"), List.of(), Map.of());
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Shelf shelf = new Shelf(BOOT, 0);

    @Test
    void keepsOneOfAKindThatIsOnlyExpected() {
        assertThat(shelf.target(0)).isEqualTo(1);
        assertThat(shelf.needsOne(0)).isTrue();
    }

    @Test
    void keepsTwiceWhatIsWantedWhileOneBoots() {
        shelf.booted(Duration.ofMillis(200), Bytes.mebibytes(10));
        for (var i = 0; i < 100; i++) {
            shelf.wanted(i * SECOND / 10);
        }

        // Ten a second, each booting for 0.2 s: two on their way, four ready.
        assertThat(shelf.target(10 * SECOND)).isEqualTo(4);
        assertThat(shelf.target(15 * SECOND)).isEqualTo(2);
        assertThat(shelf.target(30 * SECOND)).isEqualTo(1);
    }

    @Test
    void triesLaterAndLaterWhatFails() {
        assertThat(shelf.failed(0)).isTrue();
        assertThat(shelf.needsOne(SECOND - 1)).isFalse();
        assertThat(shelf.needsOne(SECOND)).isTrue();

        assertThat(shelf.failed(SECOND)).isFalse();
        assertThat(shelf.needsOne(2 * SECOND)).isFalse();
        assertThat(shelf.needsOne(3 * SECOND)).isTrue();
    }

    @Test
    void forgetsFailuresOnceItWentWell() {
        shelf.failed(0);
        shelf.failed(0);
        shelf.booted(Duration.ofMillis(1), Bytes.mebibytes(1));

        assertThat(shelf.failed(0)).isTrue();
    }
}
