package hearth.worker.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import hearth.worker.environment.EnvironmentState.Abandoned;
import hearth.worker.environment.EnvironmentState.Closing;
import hearth.worker.environment.EnvironmentState.Event;
import hearth.worker.environment.EnvironmentState.Gone;
import hearth.worker.environment.EnvironmentState.Idle;
import hearth.worker.environment.EnvironmentState.Initializing;
import hearth.worker.environment.EnvironmentState.Invoking;
import hearth.worker.environment.EnvironmentState.Preparing;
import hearth.worker.environment.EnvironmentState.Resetting;
import hearth.worker.environment.EnvironmentState.Restarting;
import hearth.worker.environment.EnvironmentState.Restoring;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class EnvironmentStateTest {
    private static EnvironmentState after(Event... events) {
        EnvironmentState state = new Preparing();
        for (var event : events) {
            state = state.after(event);
        }
        return state;
    }

    @Test
    void isIdleBetweenInvocations() {
        assertThat(after(Event.PREPARED, Event.ASKED)).isEqualTo(new Idle(true));
        assertThat(after(Event.PREPARED, Event.ASKED, Event.INVOKED, Event.ASKED))
                .isEqualTo(new Idle(true));
    }

    @Test
    void initialisesAgainWithinAnInvocationAfterAFailure() {
        assertThat(after(Event.PREPARED, Event.RESET, Event.EXITED)).isEqualTo(new Idle(false));
        assertThat(after(Event.PREPARED, Event.EXITED, Event.INVOKED)).isEqualTo(new Restarting());
        assertThat(after(Event.PREPARED, Event.EXITED, Event.INVOKED, Event.ASKED))
                .isEqualTo(new Invoking());
    }

    @Test
    void isRestoredForItsFirstInvocationUnderSnapStart() {
        assertThat(after(Event.PREPARED, Event.ASKED, Event.RESTORES)).isEqualTo(new Restoring());
        assertThat(after(Event.PREPARED, Event.ASKED, Event.RESTORES, Event.ASKED))
                .isEqualTo(new Invoking());
        assertThat(after(Event.PREPARED, Event.ASKED, Event.RESTORES, Event.EXITED))
                .isEqualTo(new Idle(false));
        assertThatThrownBy(() -> after(Event.PREPARED, Event.EXITED, Event.RESTORES))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void isIdleAfterAResetOnlyOnceTheRuntimeHasEnded() {
        assertThat(after(Event.PREPARED, Event.ASKED, Event.INVOKED, Event.RESET))
                .isEqualTo(new Resetting());
        assertThat(after(Event.PREPARED, Event.ASKED, Event.INVOKED, Event.RESET, Event.EXITED))
                .isEqualTo(new Idle(false));
    }

    @Test
    void waitsForWhatIsBeingPreparedBeforeItEnds() {
        assertThat(after(Event.CLOSED)).isEqualTo(new Abandoned());
        assertThat(after(Event.CLOSED, Event.PREPARED)).isEqualTo(new Closing());
        assertThat(after(Event.CLOSED, Event.NOT_PREPARED)).isEqualTo(new Closing());
        assertThat(after(Event.NOT_PREPARED)).isEqualTo(new Closing());
        assertThatThrownBy(() -> new Abandoned().after(Event.REMOVED)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void takesNoInvocationUnlessIdle() {
        for (var busy : List.of(
                new Preparing(),
                new Abandoned(),
                new Initializing(),
                new Restarting(),
                new Restoring(),
                new Invoking(),
                new Resetting(),
                new Closing(),
                new Gone())) {
            assertThatThrownBy(() -> busy.after(Event.INVOKED)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closesFromEverywhereAndEndsThere() {
        var random = new Random(1);
        var events = List.of(Event.values());
        var seen = new HashSet<EnvironmentState>();
        for (int round = 0; round < 2_000; round++) {
            EnvironmentState state = new Preparing();
            for (int step = 0; step < 20 && !(state instanceof Closing); step++) {
                seen.add(state);
                try {
                    state = state.after(events.get(random.nextInt(events.size())));
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining("cannot follow");
                }
            }
            if (!state.ending()) {
                state = state.after(Event.CLOSED);
            }
            if (state instanceof Abandoned) {
                state = state.after(random.nextBoolean() ? Event.PREPARED : Event.NOT_PREPARED);
            }
            assertThat(state).isEqualTo(new Closing());
            assertThat(state.after(Event.REMOVED)).isEqualTo(new Gone());
        }
        assertThat(seen).hasSize(9);
    }
}
