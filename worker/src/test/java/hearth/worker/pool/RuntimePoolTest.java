package hearth.worker.pool;

import static org.assertj.core.api.Assertions.assertThat;

import hearth.model.AccountId;
import hearth.model.Bytes;
import hearth.worker.Await;
import hearth.worker.sandbox.SandboxKind;
import hearth.worker.sandbox.SandboxSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RuntimePoolTest {
    private static final InterpreterStart PYTHON = boot("python3.12");
    private static final InterpreterStart NODE = boot("nodejs20.x");
    private static final InterpreterStart JAVA = boot("java25");
    private static final AccountId ACCOUNT = new AccountId("000000000000");
    private static final SandboxSpec ANY =
            new SandboxSpec("any", Bytes.mebibytes(128), 100, SandboxSpec.USUAL_EPHEMERAL_STORAGE, List.of());
    private static final Duration KEEP = Duration.ofHours(1);

    private final AtomicLong now = new AtomicLong(Duration.ofDays(1).toNanos());
    private FakeSandboxes sandboxes = new FakeSandboxes(SandboxKind.NAMESPACES, Bytes.mebibytes(10));
    private RuntimePool pool = pool(1000);

    private RuntimePool pool(int mebibytes) {
        // Each look at the clock comes long after the last take.
        return RuntimePool.start(
                new PoolConfig(Bytes.mebibytes(mebibytes), KEEP), sandboxes, () -> now.addAndGet(200_000_000));
    }

    private static InterpreterStart boot(String runtime) {
        return new InterpreterStart(runtime, List.of("/" + runtime), List.of(), Map.of());
    }

    @AfterEach
    void end() {
        pool.close();
        assertThat(sandboxes.open()).isEmpty();
        assertThat(sandboxes.openProcesses()).isEmpty();
    }

    private void awaitReady(InterpreterStart boot, int count) throws Exception {
        Await.until(() -> pool.ready(boot, ANY) == count);
    }

    @Test
    void bootsOneOfWhatIsExpected() throws Exception {
        pool.expect(PYTHON);
        awaitReady(PYTHON, 1);

        assertThat(pool.ready(NODE, ANY)).isZero();
        assertThat(sandboxes.commands()).containsExactly(List.of("/python3.12"));
        assertThat(sandboxes.frozen()).isEqualTo(1);
    }

    /// It may be read on another thread while the sandbox is removed, and the number of a descriptor that was closed
    /// behind its back soon stands for another function's.
    @Test
    void aProcessIsClosedByWhoTookIt() throws Exception {
        pool.expect(PYTHON);
        awaitReady(PYTHON, 1);
        var runtime = pool.take(PYTHON, ANY, ACCOUNT).orElseThrow();

        var process = runtime.takeProcess();
        runtime.close();

        assertThat(sandboxes.openProcesses()).contains(process);
        process.close();
    }

    @Test
    void givesEachAwayOnceAndBootsAnother() throws Exception {
        pool.expect(PYTHON);
        awaitReady(PYTHON, 1);

        var first = pool.take(PYTHON, ANY, ACCOUNT).orElseThrow();
        awaitReady(PYTHON, 1);
        var second = pool.take(PYTHON, ANY, ACCOUNT).orElseThrow();

        assertThat(second).isNotSameAs(first);
        first.discard();
        second.discard();
    }

    @Test
    void hasNoneOfAKindThatWasNeverWantedAndBootsItThen() throws Exception {
        assertThat(pool.take(NODE, ANY, ACCOUNT)).isEmpty();

        awaitReady(NODE, 1);
    }

    @Test
    void makesRoomForWhatIsWantedMore() throws Exception {
        pool.close();
        sandboxes = new FakeSandboxes(SandboxKind.NAMESPACES, Bytes.mebibytes(20));
        pool = pool(55);
        pool.expect(PYTHON);
        awaitReady(PYTHON, 1);
        pool.expect(NODE);
        awaitReady(NODE, 1);

        // One that was never booted is taken for 32 MiB, and the two take 20 each.
        pool.expect(JAVA);
        awaitReady(JAVA, 1);

        assertThat(pool.ready(PYTHON, ANY)).isZero();
        assertThat(pool.ready(NODE, ANY)).isEqualTo(1);
    }

    @Test
    void bootsNothingThatDoesNotFit() throws Exception {
        pool.close();
        pool = pool(31);

        pool.expect(PYTHON);
        pool.expect(NODE);

        assertThat(pool.take(PYTHON, ANY, ACCOUNT)).isEmpty();
        assertThat(sandboxes.commands()).isEmpty();
    }

    @Test
    void endsWhatNobodyWantedForAnHour() throws Exception {
        pool.expect(PYTHON);
        awaitReady(PYTHON, 1);

        now.addAndGet(KEEP.toNanos());
        pool.expect(NODE);

        Await.until(() -> pool.ready(PYTHON, ANY) == 0);
        awaitReady(NODE, 1);
    }

    @Test
    void passesOverOneThatHasEnded() throws Exception {
        pool.expect(PYTHON);
        awaitReady(PYTHON, 1);
        sandboxes.endAll();

        // Another may have been booted meanwhile.
        pool.take(PYTHON, ANY, ACCOUNT).ifPresent(taken -> {
            assertThat(taken.isAlive()).isTrue();
            taken.discard();
        });
    }

    @Test
    void keepsNothingOfABootThatFails() throws Exception {
        sandboxes.failing = true;
        pool.expect(PYTHON);

        Await.until(() -> sandboxes.created() > 0 && sandboxes.open().isEmpty());
        assertThat(pool.take(PYTHON, ANY, ACCOUNT)).isEmpty();
    }

    @Test
    void isOffWhereSandboxesCannotBeRefitted() throws Exception {
        pool.close();
        sandboxes = new FakeSandboxes(SandboxKind.PROCESS, Bytes.mebibytes(10));
        pool = pool(1000);

        pool.expect(PYTHON);

        assertThat(pool.take(PYTHON, ANY, ACCOUNT)).isEqualTo(Optional.empty());
        assertThat(sandboxes.created()).isZero();
    }
}
