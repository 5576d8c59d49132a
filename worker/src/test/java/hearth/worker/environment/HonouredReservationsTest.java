package hearth.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HonouredReservationsTest {
    @Test
    void areInOrderWhereOneInvocationRunsAtATime() {
        var honoured = new HonouredReservations(1);
        honoured.honour(2);

        assertThat(honoured.isNew(1)).isFalse();
        assertThat(honoured.isNew(2)).isFalse();
        assertThat(honoured.isNew(3)).isTrue();
    }

    @Test
    void mayOvertakeEachOtherWhereSeveralRun() {
        var honoured = new HonouredReservations(2);
        honoured.honour(3);
        honoured.honour(1);

        assertThat(honoured.isNew(1)).isFalse();
        assertThat(honoured.isNew(2)).isTrue();
        assertThat(honoured.isNew(3)).isFalse();
        assertThat(honoured.isNew(0)).isFalse();
        assertThat(honoured.last()).isEqualTo(3);
    }

    @Test
    void areForgottenWhenManyHaveFollowed() {
        var honoured = new HonouredReservations(2);
        honoured.honour(1);
        honoured.honour(65);
        assertThat(honoured.isNew(1)).isFalse();
        assertThat(honoured.isNew(2)).isTrue();

        honoured.honour(64);
        honoured.honour(200);

        assertThat(honoured.isNew(65)).isFalse();
        assertThat(honoured.isNew(136)).isFalse();
        assertThat(honoured.isNew(137)).isTrue();
    }
}
