package hearth.invoke.shards;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterCountingTest {
    private static final int UNRESERVED = 22;

    private static final int SEEDS = 30;

    @Test
    void hasBackAtOnceWhatAMemberHeldThatHasLeftAsItShould() {
        assertThat(new ClusterCountingSimulation(1, 0).useAfterALeave()).isEqualTo(UNRESERVED);
    }

    @Test
    void hasBackWhatAMemberHeldThatWasKilledOnceWorkersHaveToldWhatRuns() {
        var used = new ClusterCountingSimulation(1, 0).useAfterAKill(true, false, 0);

        assertThat(used).containsExactly(UNRESERVED, UNRESERVED);
    }

    @Test
    void countsWhatRunsOfAMemberThatWasKilledForAsLongAsItDoes() {
        var used = new ClusterCountingSimulation(1, 0).useAfterAKill(true, false, 8);

        assertThat(used).containsExactly(UNRESERVED - 8, UNRESERVED - 8);
    }

    @Test
    void hasBackWhatAMemberHeldThatWasKilledAndStartedAnewOnceWorkersHaveTold() {
        var used = new ClusterCountingSimulation(1, 0).useAfterAKill(true, true, 8);

        assertThat(used.getFirst()).isEqualTo(UNRESERVED - 8);
    }

    /// What runs of it is not known then, and counts no more.
    @Test
    void hasBackWhatAMemberHeldOfWhichNoWorkerTellsOnceItsTermIsOver() {
        for (boolean isBack : new boolean[] {false, true}) {
            var used = new ClusterCountingSimulation(1, 0).useAfterAKill(false, isBack, 0);

            assertThat(used.getFirst()).isLessThan(UNRESERVED / 2);
            assertThat(used.getLast()).isEqualTo(UNRESERVED);
        }
    }

    /// Whether anything runs there of the member nobody knows, though the other worker tells that it runs
    /// nothing.
    @Test
    void countsWhatAMemberHeldThatWasKilledUntilItsTermIsOverWhileAWorkerOfTheReleaseBeforeIsThere() {
        var simulation = new ClusterCountingSimulation(1, 0).withAWorkerOfTheReleaseBefore();

        var used = simulation.useAfterAKill(true, false, 0);

        assertThat(used.getFirst()).isLessThan(UNRESERVED / 2);
        assertThat(used.getLast()).isEqualTo(UNRESERVED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8})
    void exceedsNoLimitWhoeverOwnsTheShard(int lostPercent) {
        long first = Long.getLong("hearth.seed", 1);
        Map<String, Integer> all = new TreeMap<>();
        for (long seed = first; seed < first + SEEDS; seed++) {
            try {
                new ClusterCountingSimulation(seed, lostPercent)
                        .run()
                        .forEach((what, times) -> all.merge(what, times, Integer::sum));
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ", " + lostPercent + " % lost: " + e.getMessage(), e);
            }
        }

        assertThat(all.get("hand-overs")).isGreaterThan(4 * SEEDS);
        assertThat(all.get("crashes")).isPositive();
        assertThat(all.get("cuts")).isPositive();
        assertThat(all.get("Throttled")).isPositive();
        // Nobody who asks while the shard moves waits in vain often.
        assertThat(all.getOrDefault("Uncounted", 0) * 20).isLessThan(all.get("Admitted"));
    }
}
