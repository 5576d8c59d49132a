package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.worker.MemberId;
import hearth.model.worker.ShardId;
import hearth.model.worker.WorkerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ShardOwnersTest {
    private static final WorkerId WORKER = new WorkerId("here");
    private static final ShardId SHARD = new ShardId(7);

    private final ShardOwners owners = new ShardOwners(WORKER);
    private final Member first = new Member(new MemberId("first"), WORKER);
    private final Member second = new Member(new MemberId("second"), WORKER);
    private final Member alone = new Member(MemberId.ALONE, WORKER);

    /// The first has the shard under epoch 5.
    @ParameterizedTest
    @CsvSource({
        "first,  4, false",
        "first,  5, true",
        "first,  6, true",
        "second, 4, false",
        "second, 5, false",
        "second, 6, true"
    })
    void goToWhoeverComesWithALaterEpochAndStayWithWhoHasThem(String name, long epoch, boolean taken) {
        var _ = owners.takeUp(SHARD, first, 5);
        var member = name.equals("first") ? first : second;

        var change = owners.takeUp(SHARD, member, epoch);

        assertThat(change.isOver(member, epoch)).isEqualTo(!taken);
        assertThat(owners.of(SHARD))
                .isEqualTo(taken ? new ShardOwners.Owner(member, epoch) : new ShardOwners.Owner(first, 5));
        assertThat(change.loser().isPresent()).isEqualTo(taken && member == second);
    }

    @ParameterizedTest
    @CsvSource({"4, false", "5, true", "6, false"})
    void letInvocationsInOfTheirEpochAlone(long epoch, boolean runs) {
        var _ = owners.takeUp(SHARD, first, 5);

        assertThat(owners.refusal(SHARD, epoch) == null).isEqualTo(runs);
        assertThat(owners.of(SHARD).epoch()).isEqualTo(5);
    }

    @Test
    void followTheEpochsOfAProcessThatIsAlone() {
        var _ = owners.takeUp(SHARD, alone, Long.MIN_VALUE);

        assertThat(owners.refusal(SHARD, 5)).isNull();
        assertThat(owners.refusal(SHARD, 6)).isNull();
        assertThat(owners.refusal(SHARD, 5)).isNotNull();
        assertThat(owners.belongsTo(SHARD, alone)).isTrue();
    }

    @Test
    void areEachForThemselves() {
        var _ = owners.takeUp(SHARD, first, 5);

        assertThat(owners.isFree(new ShardId(8))).isTrue();
        assertThat(owners.isFree(SHARD)).isFalse();
        assertThat(owners.hasAny(first)).isTrue();
        assertThat(owners.hasAny(second)).isFalse();
    }
}
