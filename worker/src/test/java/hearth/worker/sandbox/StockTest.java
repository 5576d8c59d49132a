package hearth.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class StockTest {
    private static final int LEAST = 2;

    private final Numbers numbers = new Numbers();

    /// Makes numbers, in order.
    private static final class Numbers implements Stock.Maker<Integer> {
        private final AtomicInteger made = new AtomicInteger();
        private final Queue<Integer> discarded = new ConcurrentLinkedQueue<>();
        private volatile CountDownLatch allowed = new CountDownLatch(0);

        @Override
        public Integer make() throws SandboxException {
            try {
                allowed.await();
            } catch (InterruptedException e) {
                throw new SandboxException("interrupted", e);
            }
            return made.incrementAndGet();
        }

        @Override
        public void discard(List<Integer> unused) {
            discarded.addAll(unused);
        }
    }

    private Stock<Integer> stock(Duration quiet) {
        return new Stock<>("numbers", new Demand(LEAST, 8), quiet, numbers);
    }

    @Test
    void makesNoneBeforeTheFirstIsTaken() throws Exception {
        try (var stock = stock(Duration.ZERO)) {
            assertThat(stock.isFull()).isTrue();
            assertThat(stock.take()).isEqualTo(1);
        }

        assertThat(numbers.made).hasValueBetween(1, 1 + LEAST);
    }

    @Test
    void makesTheLeastBeforeTheFirstIsTakenWhereItIsToldTo() {
        try (var stock = stock(Duration.ZERO)) {
            stock.begin(Duration.ofDays(1));
            assertThat(stock.isFull()).isFalse();

            stock.begin(Duration.ZERO);
            SandboxRun.await(stock::isFull);

            assertThat(numbers.made).hasValue(LEAST);
        }
    }

    @Test
    void handsOutEachOnceAndMakesAnother() throws Exception {
        try (var stock = stock(Duration.ZERO)) {
            var first = stock.take();
            SandboxRun.await(stock::isFull);

            var second = stock.poll().orElseThrow();
            var third = stock.poll().orElseThrow();

            assertThat(List.of(first, second, third)).doesNotHaveDuplicates();
            SandboxRun.await(() -> stock.isFull() && numbers.made.get() == 3 + 3);
        }
    }

    @Test
    void makesOneForWhoeverFindsNone() throws Exception {
        try (var stock = stock(Duration.ofDays(1))) {
            assertThat(List.of(stock.take(), stock.take(), stock.take())).containsExactly(1, 2, 3);
        }

        assertThat(numbers.discarded).isEmpty();
    }

    @Test
    void removesAtItsEndWhatNobodyTookAndHandsOutNoMore() throws Exception {
        var stock = stock(Duration.ZERO);
        stock.take();
        SandboxRun.await(stock::isFull);

        stock.close();

        assertThat(numbers.discarded).containsExactlyInAnyOrder(2, 3);
        assertThat(stock.poll()).isEqualTo(Optional.empty());
    }

    @Test
    void removesWhatIsBeingMadeWhileItEnds() throws Exception {
        var stock = stock(Duration.ZERO);
        stock.take();
        SandboxRun.await(stock::isFull);
        numbers.allowed = new CountDownLatch(1);
        stock.poll();
        var ending = Thread.ofVirtual().start(stock::close);

        numbers.allowed.countDown();
        ending.join();

        assertThat(numbers.discarded).hasSize(numbers.made.get() - 2);
    }
}
