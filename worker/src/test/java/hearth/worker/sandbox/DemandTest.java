package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DemandTest {
    private static final long LATER = Demand.WINDOW.toNanos() + 1;

    private final Demand demand = new Demand(2, 5);

    @Test
    void isNoneBeforeTheFirstIsTaken() {
        assertThat(demand.target(0)).isZero();
        assertThat(demand.isSteady(0)).isTrue();
    }

    @Test
    void isForAsManyAsWereTakenLatelyWithinItsBounds() {
        demand.taken(0);
        assertThat(demand.target(1)).isEqualTo(2);

        for (int i = 0; i < 3; i++) {
            demand.taken(i);
        }
        assertThat(demand.target(3)).isEqualTo(4);

        for (int i = 0; i < 100; i++) {
            demand.taken(i);
        }
        assertThat(demand.target(100)).isEqualTo(5);
        assertThat(demand.isSteady(100)).isFalse();
    }

    @Test
    void fallsToItsLeastWhenNobodyTookOneForAWhile() {
        for (int i = 0; i < 5; i++) {
            demand.taken(i);
        }

        assertThat(demand.target(LATER + 5)).isEqualTo(2);
        assertThat(demand.isSteady(LATER + 5)).isTrue();
    }
}
