package hearth.invoke.counting.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class CountingSimulationTest {
    private static final int SEEDS = 120;

    @Test
    void exceedsNoLimitWhateverMessagesAreLost() {
        var happened = happened(8);

        assertThat(happened).containsKeys("Admitted", "Throttled", "Uncounted", "awaited", "crashes");
        assertThat(happened.get("hand-overs")).isGreaterThan(SEEDS * 3);
    }

    @Test
    void admitsMostlyWithoutAskingWhenNoMessageIsLost() {
        var happened = happened(0);

        assertThat(happened.getOrDefault("Admitted at once", 0) * 2)
                .isGreaterThan(happened.getOrDefault("Admitted", 0));
    }

    private static Map<String, Integer> happened(int lostPercent) {
        var first = Long.getLong("seed", RandomGenerator.getDefault().nextLong());
        Map<String, Integer> happened = new TreeMap<>();
        for (var seed = first; seed < first + SEEDS; seed++) {
            try {
                new CountingSimulation(seed, lostPercent)
                        .run()
                        .forEach((what, times) -> happened.merge(what, times, Integer::sum));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("With -Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }
        System.out.println("CountingSimulation: first seed " + first + ", " + lostPercent + "% lost: " + happened);
        return happened;
    }
}
