package hearth.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WindowTest {
    private final Window window = new Window(256);

    @Test
    void growsToTheMostWhileAllGoesWell() {
        round(6);

        assertThat(window.size()).isEqualTo(256);
    }

    @Test
    void doesNotGrowBeyondWhatIsUsed() {
        for (int i = 0; i < 1_000; i++) {
            window.ended(Ended.Pace.WELL, 2);
        }

        assertThat(window.size()).isEqualTo(4);
    }

    /// As many as a function with a reserved concurrency of ten may run.
    @Test
    void settlesWhereAFewAreHeldUp() {
        int limit = 10;
        int heldUp = 0;
        for (int round = 0; round < 200; round++) {
            int size = window.size();
            for (int i = 0; i < size; i++) {
                var pace = i < limit ? Ended.Pace.WELL : Ended.Pace.HELD_UP;
                window.ended(pace, size);
                heldUp += pace == Ended.Pace.HELD_UP && round > 20 ? 1 : 0;
            }
        }

        assertThat(window.size()).isBetween(5, 12);
        // Of about 2000.
        assertThat(heldUp).isLessThan(200);
    }

    @Test
    void alwaysLetsOneGo() {
        for (int i = 0; i < 100; i++) {
            window.ended(Ended.Pace.HELD_UP, 1);
        }

        assertThat(window.size()).isEqualTo(1);
    }

    private void round(int times) {
        for (int round = 0; round < times; round++) {
            int size = window.size();
            for (int i = 0; i < size; i++) {
                window.ended(Ended.Pace.WELL, window.size());
            }
        }
    }
}
