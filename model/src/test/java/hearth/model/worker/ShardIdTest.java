package hearth.model.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.model.AccountId;
import hearth.model.FunctionId;
import hearth.model.Region;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardIdTest {
    private static final AccountId ACCOUNT = new AccountId("000000000000");
    private static final Region REGION = new Region("eu-west-1");

    private static ShardId of(String name) {
        return ShardId.of(new FunctionId(ACCOUNT, REGION, name));
    }

    /// Members of other releases go by the same.
    @Test
    void isTheSameInEveryProcessAndRelease() {
        assertThat(IntStream.of(
                        of("mail").number(),
                        of("mail-2").number(),
                        of("orders").number(),
                        ShardId.of(ACCOUNT, REGION).number()))
                .containsExactly(61, 54, 15, 36);
    }

    @Test
    void sharesFunctionsOutEvenly() {
        var counts = new int[ShardId.COUNT];
        IntStream.range(0, 6400).forEach(i -> counts[of("function-" + i).number()]++);

        assertThat(IntStream.of(counts).min().orElseThrow()).isGreaterThan(50);
        assertThat(IntStream.of(counts).max().orElseThrow()).isLessThan(200);
    }

    @Test
    void standsInTheNameOfAnEnvironment() {
        for (int i = 0; i < ShardId.COUNT; i++) {
            var shard = new ShardId(i);
            assertThat(EnvironmentId.of(-1, -1, shard).shard()).isEqualTo(shard);
        }
        assertThat(EnvironmentId.of(1, 1, new ShardId(0))).isNotEqualTo(EnvironmentId.of(1, 2, new ShardId(0)));
        assertThatThrownBy(() -> new EnvironmentId("x").shard()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ShardId(ShardId.COUNT)).isInstanceOf(IllegalArgumentException.class);
    }
}
