package hearth.model.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PackageThreadsTest {
    private final PackageThreads threads = new PackageThreads(
            1, Thread.ofPlatform().daemon().name("packages-", 0).factory());

    @AfterEach
    void end() {
        threads.close();
    }

    @Test
    void leavesOneProcessorToOthersWhereThereAreSeveral() {
        assertThat(PackageThreads.count(1)).isEqualTo(1);
        assertThat(PackageThreads.count(2)).isEqualTo(1);
        assertThat(PackageThreads.count(8)).isEqualTo(7);
    }

    @Test
    void computesOnAThreadOfItsOwn() {
        assertThat(threads.run(() -> Thread.currentThread().getName())).isEqualTo("packages-0");
    }

    @Test
    void failsAsTheComputationDoes() {
        assertThatThrownBy(() -> threads.run(() -> {
                    throw new IOException("damaged");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("damaged");
        assertThatThrownBy(() -> threads.run(() -> {
                    throw new IllegalArgumentException("none");
                }))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void waitsForTheEndAlsoWhileInterrupted() throws Exception {
        var begun = new CountDownLatch(1);
        var gate = new CountDownLatch(1);
        var whole = new AtomicBoolean();
        var stayedInterrupted = new AtomicBoolean();
        var caller = Thread.ofPlatform().start(() -> {
            whole.set(threads.run(() -> {
                begun.countDown();
                try {
                    gate.await();
                    return true;
                } catch (InterruptedException e) {
                    return false;
                }
            }));
            stayedInterrupted.set(Thread.currentThread().isInterrupted());
        });
        begun.await();

        caller.interrupt();
        gate.countDown();
        caller.join();

        assertThat(whole).isTrue();
        assertThat(stayedInterrupted).isTrue();
    }
}
