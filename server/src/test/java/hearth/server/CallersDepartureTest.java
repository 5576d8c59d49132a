package hearth.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallersDepartureTest {
    private final List<String> told = new ArrayList<>();
    private Duration now = Duration.ofDays(1);
    private int running;
    /// What happens at each glance, beside that a second passes.
    private Runnable second = () -> {};

    private final CallersDeparture departure = new CallersDeparture(
            new CallersDeparture.Senders() {
                @Override
                public void awaitBalancers() {
                    told.add("balancers");
                }

                @Override
                public void sendAway(boolean wanted) {
                    told.add(wanted ? "sent away" : "stay");
                }

                @Override
                public void refuse(boolean wanted) {
                    told.add(wanted ? "refused" : "let in");
                }
            },
            () -> running,
            () -> now.toNanos(),
            () -> {
                now = now.plusSeconds(1);
                second.run();
            });

    @Test
    void waitsForNobodyWhereNobodyIs() {
        var begin = now;

        assertThat(departure.await(() -> true)).isTrue();

        assertThat(told).containsExactly("balancers", "sent away", "refused");
        assertThat(now).isEqualTo(begin);
    }

    @Test
    void letsWhatRunsEndAndCallersCallMeanwhile() {
        running = 2;
        second = () -> {
            assertThat(told).doesNotContain("refused");
            running = now.compareTo(Duration.ofDays(1).plusSeconds(30)) < 0 ? 2 : 0;
        };

        assertThat(departure.await(() -> true)).isTrue();

        assertThat(now).isEqualTo(Duration.ofDays(1).plusSeconds(30));
        assertThat(told).containsExactly("balancers", "sent away", "refused");
    }

    /// Each of its calls begins before the last has ended, so that there is always one until they are refused.
    @Test
    void refusesCallersThatStayAfterAMinuteAndLetsTheLastCallEnd() {
        running = 1;
        var refusedAt = new ArrayList<Duration>();
        second = () -> {
            if (told.contains("refused")) {
                refusedAt.add(now);
                running = refusedAt.size() < 5 ? 1 : 0;
            }
        };

        assertThat(departure.await(() -> true)).isTrue();

        assertThat(refusedAt.getFirst())
                .isEqualTo(Duration.ofDays(1).plus(CallersDeparture.PATIENCE).plusSeconds(1));
        assertThat(refusedAt).hasSize(5);
    }

    @Test
    void letsCallersInAgainOnceTheHostTakesPartAgain() {
        running = 1;

        assertThat(departure.await(() -> now.compareTo(Duration.ofDays(1).plusSeconds(70)) < 0))
                .isFalse();

        assertThat(told).containsExactly("balancers", "sent away", "refused", "let in", "stay");
    }
}
