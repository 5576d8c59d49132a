package hearth.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventSimulationTest {
    private static final int SEEDS = 50;
    private static final int STEPS = 100;

    /// Thousands of events are given up. Held, so that its level is not forgotten.
    private static final Logger EVENTS = Logger.getLogger("hearth");

    @TempDir
    Path elsewhere;

    @BeforeAll
    static void logLess() {
        EVENTS.setLevel(Level.OFF);
    }

    @AfterAll
    static void logAsBefore() {
        EVENTS.setLevel(null);
    }

    @Test
    void losesAndMixesUpNothingWhateverHappens() throws Exception {
        var first = Long.getLong("seed", RandomGenerator.getDefault().nextLong());
        System.out.println("EventSimulation: first seed " + first + " (again with -Dseed=" + first + ")");

        Map<String, Integer> happened = new TreeMap<>();
        for (var seed = first; seed < first + SEEDS; seed++) {
            var folder = Files.createTempDirectory(memory(), "event-simulation");
            try (var simulation = new EventSimulation(folder, seed)) {
                simulation.run(STEPS).forEach((what, times) -> happened.merge(what, times, Integer::sum));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("With -Dseed=" + seed + ": " + e.getMessage(), e);
            } finally {
                delete(folder);
            }
        }

        System.out.println("EventSimulation: " + happened);
        assertThat(happened)
                .containsKeys(
                        "accepted",
                        "refused",
                        "lost with its caller",
                        "crash",
                        "clock set",
                        "succeeded",
                        "failed",
                        "gone with its function",
                        "delivered",
                        "sent in vain",
                        "passed on",
                        "RetriesExhausted",
                        "EventAgeExceeded",
                        "ZeroReservedConcurrency",
                        "ResourceNotFound");
    }

    /// Where a sync to the disk costs nothing, if there is such a place: nobody takes the power away here.
    private Path memory() {
        var shared = Path.of("/dev/shm");
        return Files.isWritable(shared) ? shared : elsewhere;
    }

    private static void delete(Path folder) throws Exception {
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
