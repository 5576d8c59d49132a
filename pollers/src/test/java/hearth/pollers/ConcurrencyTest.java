package hearth.pollers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConcurrencyTest {
    private final AtomicLong now = new AtomicLong();

    private Concurrency of(int first, int most) {
        return new Concurrency(first, most, now::get);
    }

    private void later(double seconds) {
        now.addAndGet((long) (seconds * Duration.ofSeconds(1).toNanos()));
    }

    private static void enter(Concurrency concurrency, int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            concurrency.enter();
        }
    }

    @Test
    void growsByFiveWithEachSecondInWhichAllOfItIsNeeded() throws Exception {
        var concurrency = of(5, 17);
        enter(concurrency, 4);
        later(10);
        enter(concurrency, 1);
        assertThat(concurrency.limit()).isEqualTo(5);

        later(1);
        enter(concurrency, 1);
        assertThat(concurrency.limit()).isEqualTo(10);
        enter(concurrency, 4);
        later(0.5);
        concurrency.leave();
        enter(concurrency, 1);
        assertThat(concurrency.limit()).isEqualTo(10);
        later(0.5);
        enter(concurrency, 1);
        assertThat(concurrency.limit()).isEqualTo(15);
        enter(concurrency, 4);
        later(1);
        enter(concurrency, 1);
        assertThat(concurrency.limit()).isEqualTo(17);
    }

    @Test
    void neverBeginsWithMoreThanItMay() {
        assertThat(of(5, 2).limit()).isEqualTo(2);
    }

    @Test
    void halvesWhatRunsWhenItIsThrottledAndRestsBeforeItGrowsAgain() throws Exception {
        var concurrency = of(5, 100);
        enter(concurrency, 5);
        later(1);
        enter(concurrency, 1);

        concurrency.throttled();
        assertThat(concurrency.limit()).isEqualTo(3);
        for (int i = 0; i < 4; i++) {
            concurrency.leave();
        }
        enter(concurrency, 1);
        later(4.9);
        concurrency.leave();
        enter(concurrency, 1);
        assertThat(concurrency.limit()).isEqualTo(3);
        later(0.2);
        enter(concurrency, 1);
        assertThat(concurrency.limit()).isEqualTo(8);
    }

    @Test
    void letsAtLeastOneRun() throws Exception {
        var concurrency = of(5, 100);
        enter(concurrency, 1);

        for (int i = 0; i < 5; i++) {
            concurrency.throttled();
        }

        assertThat(concurrency.limit()).isEqualTo(1);
    }

    @Test
    void beginsAnewAfterAPause() throws Exception {
        var concurrency = of(5, 100);
        enter(concurrency, 5);
        later(1);
        enter(concurrency, 1);
        assertThat(concurrency.limit()).isEqualTo(10);

        concurrency.idle();

        assertThat(concurrency.limit()).isEqualTo(5);
    }

    @Test
    void hasWhoeverComesWaitUntilAnotherLeaves() throws Exception {
        var concurrency = of(1, 1);
        enter(concurrency, 1);
        var entered = new CountDownLatch(1);
        var second = Thread.ofVirtual().start(() -> {
            try {
                concurrency.enter();
                entered.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        assertThat(entered.await(50, TimeUnit.MILLISECONDS)).isFalse();
        concurrency.leave();

        assertThat(entered.await(1, TimeUnit.MINUTES)).isTrue();
        second.join();
    }
}
