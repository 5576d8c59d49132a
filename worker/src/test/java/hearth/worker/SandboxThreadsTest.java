package hearth.worker;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.worker.sandbox.SandboxKind;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SandboxThreadsTest {
    private final SandboxThreads threads = SandboxThreads.of(SandboxKind.NAMESPACES);

    @AfterEach
    void end() {
        threads.shutdown();
    }

    @Test
    void removesBeforeItStartsAndStartsBeforeItMakesMore() throws Exception {
        var busy = new CountDownLatch(SandboxThreads.COUNT);
        var gate = new CountDownLatch(1);
        var one = new CountDownLatch(1);
        for (int i = 1; i < SandboxThreads.COUNT; i++) {
            threads.preparations().execute(() -> hold(busy, gate));
        }
        threads.preparations().execute(() -> hold(busy, one));
        busy.await();
        var done = new CopyOnWriteArrayList<String>();
        var all = new CountDownLatch(4);
        for (var what : List.of("a", "b")) {
            threads.preparations().execute(() -> note(done, "make " + what, all));
        }
        threads.starts().execute(() -> note(done, "start", all));
        threads.removals().execute(() -> note(done, "remove", all));

        one.countDown();
        all.await();

        assertThat(done).containsExactly("remove", "start", "make a", "make b");
        gate.countDown();
    }

    /// As many machines as may come up at once come up.
    @Test
    void whatIsRemovedDoesNotWaitForMachines() throws Exception {
        var machines = SandboxThreads.of(SandboxKind.MICROVM);
        var busy = new CountDownLatch(SandboxThreads.COUNT);
        var gate = new CountDownLatch(1);
        for (int i = 0; i < SandboxThreads.COUNT; i++) {
            machines.preparations().execute(() -> hold(busy, gate));
        }
        busy.await();
        var removed = new CountDownLatch(1);

        machines.removals().execute(removed::countDown);

        removed.await();
        gate.countDown();
        machines.shutdown();
    }

    private static void note(List<String> done, String what, CountDownLatch all) {
        done.add(what);
        all.countDown();
    }

    private static void hold(CountDownLatch busy, CountDownLatch gate) {
        busy.countDown();
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
