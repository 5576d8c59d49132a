package hearth.invoke.workermanager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerManagerSimulationTest {
    private static final int SEEDS = 50;
    private static final int STEPS = 2_000;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsItsRulesWhateverHappens(boolean provisions) {
        var first = Long.getLong("seed", RandomGenerator.getDefault().nextLong());
        System.out.println("WorkerManagerSimulation: first seed " + first + " (again with -Dseed=" + first + ")");

        long runs = 0;
        long failures = 0;
        for (var seed = first; seed < first + SEEDS; seed++) {
            var simulation = new WorkerManagerSimulation(seed, provisions);
            try {
                runs += simulation.run(STEPS);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("With -Dseed=" + seed + ": " + e.getMessage(), e);
            }
            failures += simulation.failures();
        }

        // Both ends of a request are often seen.
        assertThat(runs).isGreaterThan(SEEDS * 100);
        assertThat(failures).isGreaterThan(SEEDS);
    }
}
