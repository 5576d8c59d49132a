package hearth.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.invoke.frontend.Frontend;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ManyMembersSimulationTest {
    private static final int SEEDS = Integer.getInteger("hearth.members.seeds", 100);

    /// Held, so that its level is not forgotten.
    private static final Logger FRONTEND = Logger.getLogger(Frontend.class.getName());

    @BeforeAll
    static void logLess() {
        FRONTEND.setLevel(Level.SEVERE);
    }

    @AfterAll
    static void logAsBefore() {
        FRONTEND.setLevel(null);
    }

    @Test
    void runsNothingTwiceAndHoldsNothingForGoodWhoeverLooksAfterIt() {
        var first = Long.getLong("seed", RandomGenerator.getDefault().nextLong());
        Map<String, Integer> outcomes = new TreeMap<>();
        for (var seed = first; seed < first + SEEDS; seed++) {
            try {
                new ManyMembersSimulation(seed)
                        .run()
                        .forEach((outcome, times) -> outcomes.merge(outcome, times, Integer::sum));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("With -Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }
        System.out.println("ManyMembersSimulation: " + SEEDS + " seeds: " + outcomes);

        assertThat(outcomes).containsKeys("Answered", "WORKER_LOST").doesNotContainKeys("DEFECT", "NO_ANSWER");
    }
}
