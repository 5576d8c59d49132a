package hearth.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.worker.EnvironmentId;
import hearth.model.worker.Reservation;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class HonouredReservationsTest {
    private static Reservation of(long epoch, long number) {
        var environment = EnvironmentId.of(1, 2, new ShardId(3));
        return new Reservation(new WorkerId("here"), environment, epoch, number, Duration.ofSeconds(1));
    }

    @Test
    void areInOrderWhereOneInvocationRunsAtATime() {
        var honoured = new HonouredReservations(1);
        honoured.honour(of(1, 2));

        assertThat(honoured.isNew(of(1, 1))).isFalse();
        assertThat(honoured.isNew(of(1, 2))).isFalse();
        assertThat(honoured.isNew(of(1, 3))).isTrue();
    }

    @Test
    void mayOvertakeEachOtherWhereSeveralRun() {
        var honoured = new HonouredReservations(2);
        honoured.honour(of(1, 3));
        honoured.honour(of(1, 1));

        assertThat(honoured.isNew(of(1, 1))).isFalse();
        assertThat(honoured.isNew(of(1, 2))).isTrue();
        assertThat(honoured.isNew(of(1, 3))).isFalse();
        assertThat(honoured.isNew(of(1, 0))).isFalse();
        assertThat(honoured.last()).isEqualTo(3);
    }

    @Test
    void areForgottenWhenManyHaveFollowed() {
        var honoured = new HonouredReservations(2);
        honoured.honour(of(1, 1));
        honoured.honour(of(1, 65));
        assertThat(honoured.isNew(of(1, 1))).isFalse();
        assertThat(honoured.isNew(of(1, 2))).isTrue();

        honoured.honour(of(1, 64));
        honoured.honour(of(1, 200));

        assertThat(honoured.isNew(of(1, 65))).isFalse();
        assertThat(honoured.isNew(of(1, 136))).isFalse();
        assertThat(honoured.isNew(of(1, 137))).isTrue();
    }

    @Test
    void areCountedAnewByEachWorkerManager() {
        var honoured = new HonouredReservations(1);
        honoured.honour(of(1, 7));

        assertThat(honoured.isNew(of(2, 7))).isTrue();
        honoured.honour(of(2, 7));

        assertThat(honoured.isNew(of(2, 7))).isFalse();
        assertThat(honoured.isOutdated(of(2, 8))).isFalse();
        assertThat(honoured.isOutdated(of(1, 8))).isTrue();
    }
}
