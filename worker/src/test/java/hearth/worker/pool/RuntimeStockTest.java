package hearth.worker.pool;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RuntimeStockTest {
    private static final InterpreterStart BOOT =
            new InterpreterStart("python3.12", List.of("python"), List.of(), Map.of());
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final RuntimeStock stock = new RuntimeStock(BOOT, 0);

    @Test
    void keepsOneOfAKindThatIsOnlyExpected() {
        assertThat(stock.target(0)).isEqualTo(1);
        assertThat(stock.needsOne(0)).isTrue();
    }

    @Test
    void keepsTwiceWhatIsWantedWhileOneBoots() {
        stock.booted(Duration.ofMillis(200), Bytes.mebibytes(10));
        for (var i = 0; i < 100; i++) {
            stock.wanted(i * SECOND / 10);
        }

        // Ten a second, each booting for 0.2 s: two on their way, four ready.
        assertThat(stock.target(10 * SECOND)).isEqualTo(4);
        assertThat(stock.target(15 * SECOND)).isEqualTo(2);
        assertThat(stock.target(30 * SECOND)).isEqualTo(1);
    }

    @Test
    void triesLaterAndLaterWhatFails() {
        assertThat(stock.failed(0)).isTrue();
        assertThat(stock.needsOne(SECOND - 1)).isFalse();
        assertThat(stock.needsOne(SECOND)).isTrue();

        assertThat(stock.failed(SECOND)).isFalse();
        assertThat(stock.needsOne(2 * SECOND)).isFalse();
        assertThat(stock.needsOne(3 * SECOND)).isTrue();
    }

    @Test
    void forgetsFailuresOnceItWentWell() {
        stock.failed(0);
        stock.failed(0);
        stock.booted(Duration.ofMillis(1), Bytes.mebibytes(1));

        assertThat(stock.failed(0)).isTrue();
    }
}
