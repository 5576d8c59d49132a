package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class DisposalTest {
    private final Queue<String> steps = new ConcurrentLinkedQueue<>();

    private record Noted(String name, Queue<String> steps) implements Disposal.Leavings {
        @Override
        public void letGo() {
            steps.add("let go " + name);
        }

        @Override
        public void remove() {
            steps.add("removed " + name);
        }
    }

    private Noted leavings(String name) {
        return new Noted(name, steps);
    }

    /// Holds the disposal's thread up until the latch opens.
    private record Slow(CountDownLatch begun, CountDownLatch go) implements Disposal.Leavings {
        @Override
        public void letGo() {
            begun.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void remove() {}
    }

    @Test
    void doesNotKeepWaitingWhoeverGivesItSomethingAndTakesWhatCameMeanwhileTogether() throws Exception {
        var slow = new Slow(new CountDownLatch(1), new CountDownLatch(1));
        try (var disposal = new Disposal()) {
            disposal.accept(slow);
            slow.begun.await();
            disposal.accept(leavings("a"));
            disposal.accept(leavings("b"));

            assertThat(steps).isEmpty();
            slow.go.countDown();
        }

        assertThat(steps).containsExactly("let go a", "let go b", "removed a", "removed b");
    }

    @Test
    void hasWhoeverComesTakePartWhenTooMuchWaits() throws Exception {
        var slow = new Slow(new CountDownLatch(1), new CountDownLatch(1));
        try (var disposal = new Disposal()) {
            disposal.accept(slow);
            slow.begun.await();
            for (int i = 0; i < 300; i++) {
                disposal.accept(leavings("many"));
            }

            assertThat(steps).hasSize(2 * (300 - 256));
            slow.go.countDown();
        }

        assertThat(steps).hasSize(2 * 300);
    }

    @Test
    void goesOnAfterWhatCannotBeRemoved() {
        Disposal.Leavings throwing = new Disposal.Leavings() {
            @Override
            public void letGo() {
                throw new IllegalStateException("cannot let go");
            }

            @Override
            public void remove() {
                throw new AssertionError("cannot be removed");
            }
        };
        try (var disposal = new Disposal()) {
            disposal.accept(throwing);
            disposal.accept(leavings("next"));
        }

        assertThat(steps).containsExactly("let go next", "removed next");
    }

    @Test
    void removesAtOnceWhatComesAfterItsEnd() {
        var disposal = new Disposal();
        disposal.close();

        disposal.accept(leavings("late"));

        assertThat(steps).containsExactly("let go late", "removed late");
    }

    @Test
    void letsGoOfAllBeforeItRemovesAny() {
        Disposal.dispose(List.of(leavings("a"), leavings("b")));

        assertThat(steps).containsExactly("let go a", "let go b", "removed a", "removed b");
    }
}
