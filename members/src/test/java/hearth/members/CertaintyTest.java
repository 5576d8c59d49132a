package hearth.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CertaintyTest {
    private static final long TRUST = Duration.ofSeconds(2).toNanos();
    private static final long MILLISECOND = 1_000_000;

    /// Readings of a clock that is about to begin anew.
    private static final long START = Long.MAX_VALUE - Duration.ofMillis(10).toNanos();

    private final Certainty<String> certainty = new Certainty<>(Duration.ofSeconds(2), START);

    @Test
    void isThereForOneThatIsAlone() {
        certainty.members(Set.of(), true, START);

        certainty.ping(START + 300 * MILLISECOND);

        assertThat(certainty.until()).isEqualTo(START + 300 * MILLISECOND + TRUST);
    }

    @Test
    void countsFromWhenThePingWasSent() {
        certainty.members(Set.of("host2", "host3"), true, START);
        long first = certainty.ping(START + 100 * MILLISECOND);
        certainty.ping(START + 400 * MILLISECOND);

        certainty.answered("host2", first, START + 500 * MILLISECOND);

        assertThat(certainty.until()).isEqualTo(START + 100 * MILLISECOND + TRUST);
    }

    @Test
    void needsMostOfTheMembers() {
        certainty.members(Set.of("host2", "host3", "host4"), true, START);
        long ping = certainty.ping(START + 100 * MILLISECOND);

        certainty.answered("host2", ping, START + 101 * MILLISECOND);
        assertThat(certainty.until()).isEqualTo(START);
        certainty.answered("host2", ping, START + 102 * MILLISECOND);
        assertThat(certainty.until()).isEqualTo(START);

        certainty.answered("host3", ping, START + 103 * MILLISECOND);
        assertThat(certainty.until()).isEqualTo(START + 100 * MILLISECOND + TRUST);
    }

    @Test
    void listensToNobodyWhoIsNoMember() {
        certainty.members(Set.of("host2"), true, START);
        long ping = certainty.ping(START);

        certainty.answered("host9", ping, START);
        certainty.answered("host2", ping + 1, START);

        assertThat(certainty.until()).isEqualTo(START);
    }

    @Test
    void isOverForOneThatIsNoMemberAnyMore() {
        certainty.members(Set.of(), true, START);
        certainty.ping(START);

        certainty.members(Set.of(), false, START + MILLISECOND);

        assertThat(certainty.until()).isEqualTo(START + MILLISECOND);
    }

    @Test
    void isNotLongerThanOthersWait() {
        var usual = Timing.USUAL;

        assertThatThrownBy(() -> new Timing(
                        usual.heartbeat(),
                        usual.pause(),
                        usual.stable(),
                        usual.margin(),
                        usual.gossip(),
                        usual.ping(),
                        Duration.ofMillis(2400)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
