package hearth.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.frontend.FunctionCache;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SynchronousPathSimulationTest {
    private static final int SEEDS = 50;
    private static final int STEPS = 2_000;

    /// The store fails thousands of times. Held, so that its level is not forgotten.
    private static final Logger CACHE = Logger.getLogger(FunctionCache.class.getName());

    @BeforeAll
    static void logLess() {
        CACHE.setLevel(Level.SEVERE);
    }

    @AfterAll
    static void logAsBefore() {
        CACHE.setLevel(null);
    }

    @Test
    void keepsItsRulesWhateverHappens() {
        var first = Long.getLong("seed", RandomGenerator.getDefault().nextLong());
        System.out.println("SynchronousPathSimulation: first seed " + first + " (again with -Dseed=" + first + ")");

        Map<String, Integer> outcomes = new TreeMap<>();
        for (var seed = first; seed < first + SEEDS; seed++) {
            try {
                new SynchronousPathSimulation(seed)
                        .run(STEPS)
                        .forEach((outcome, times) -> outcomes.merge(outcome, times, Integer::sum));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("With -Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }

        System.out.println("SynchronousPathSimulation: " + outcomes);
        assertThat(outcomes)
                .containsKeys("Answered", "FunctionError", "Missing", "RUNTIME_MISSING", "Throttled", "Unreachable");
    }
}
