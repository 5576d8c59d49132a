package hearth.server.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLevelsTest {
    @Test
    void takesOneLevelForAll() {
        assertThat(LogLevels.parse("debug")).isEqualTo(new LogLevels(Level.FINE, Map.of()));
    }

    @Test
    void takesLevelsOfPackagesAndClasses() {
        assertThat(LogLevels.parse("warn, worker.pool=debug,hearth.server.Hearth=error,io.netty=info"))
                .isEqualTo(new LogLevels(
                        Level.WARNING,
                        Map.of(
                                "hearth.worker.pool",
                                Level.FINE,
                                "hearth.server.Hearth",
                                Level.SEVERE,
                                "io.netty",
                                Level.INFO)));
    }

    @Test
    void isInfoForAllThatIsNotNamed() {
        assertThat(LogLevels.parse("worker=debug").ofAll()).isEqualTo(Level.INFO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "loud", "info,", "worker=loud", "wroker=debug", "=debug", "worker.pool.Nobody=debug"})
    void refusesWhatWouldChangeNothing(String text) {
        assertThatThrownBy(() -> LogLevels.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void opensOnePackageAndWhatIsBelowIt() {
        var root = Logger.getLogger("");
        var before = root.getLevel();
        var quiet = Logger.getLogger("hearth.worker.code.CodeCache");
        var opened = Logger.getLogger("hearth.worker.pool.RuntimePool");

        var levelled = LogLevels.parse("warn,worker.pool=debug").apply();
        try {
            assertThat(opened.isLoggable(Level.FINE)).isTrue();
            assertThat(quiet.isLoggable(Level.INFO)).isFalse();
            assertThat(quiet.isLoggable(Level.WARNING)).isTrue();
        } finally {
            levelled.forEach(logger -> logger.setLevel(null));
            root.setLevel(before);
        }
    }
}
