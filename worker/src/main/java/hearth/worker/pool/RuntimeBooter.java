package hearth.worker.pool;

import hearth.model.Bytes;
import hearth.worker.sandbox.Sandbox;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxFactory;
import hearth.worker.sandbox.SandboxSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// The booter starts an interpreter in a sandbox of its own, waits until it is up, and freezes it.
final class RuntimeBooter {
    /// The memory of a sandbox that boots: the most that a function may have, so that refitting only ever lowers it.
    private static final Bytes MEMORY = Bytes.mebibytes(10_240);

    private static final int MILLI_CPUS = 1_000;

    /// The longest that a boot may take. Generous: a boot takes less than a tenth of a second.
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final SandboxFactory sandboxes;
    private final AtomicLong numbers = new AtomicLong();

    RuntimeBooter(SandboxFactory sandboxes) {
        this.sandboxes = sandboxes;
    }

    BootedRuntime boot(InterpreterStart boot) throws SandboxException, IOException {
        var name = "pool-" + numbers.incrementAndGet();
        var sandbox = sandboxes.create(
                new SandboxSpec(name, MEMORY, MILLI_CPUS, SandboxSpec.USUAL_EPHEMERAL_STORAGE, boot.mounts()));
        try {
            var booted = start(boot, sandbox);
            sandbox.freeze();
            return booted;
        } catch (SandboxException | IOException | RuntimeException | Error e) {
            sandbox.closeSockets();
            sandbox.close();
            throw e;
        }
    }

    private static BootedRuntime start(InterpreterStart boot, Sandbox sandbox) throws SandboxException, IOException {
        var process = sandbox.start(boot.program().process());
        var booted = new BootedRuntime(sandbox, process, process.takeChannel().orElseThrow());
        try {
            booted.awaitUp(PATIENCE);
            return booted;
        } catch (IOException | RuntimeException | Error e) {
            booted.close();
            throw e;
        }
    }
}
