package hearth.server;

import hearth.worker.sandbox.SandboxConfig;
import hearth.worker.sandbox.SandboxException;
import hearth.worker.sandbox.SandboxFactory;
import hearth.worker.sandbox.Sandboxes;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// The choice of a kind of sandbox, which tries them out: half of the time that a start takes, and so made beside its
/// other steps.
final class SandboxChoice implements AutoCloseable {
    private final FutureTask<SandboxFactory> task;

    private SandboxChoice(FutureTask<SandboxFactory> task) {
        this.task = task;
    }

    static SandboxChoice begin(SandboxConfig config) {
        var task = new FutureTask<>(() -> Sandboxes.choose(config).factory());
        Thread.ofPlatform().name("sandboxes").daemon().start(task);
        return new SandboxChoice(task);
    }

    SandboxFactory await() throws StartException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SandboxException refusal) {
                throw new StartException(
                        "Functions cannot be run here: " + refusal.getMessage() + ". See ./hearth doctor.", refusal);
            }
            throw new StartException("Sandboxes could not be tried: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("The start was interrupted", e);
        }
    }

    /// Closes what was chosen, also when nobody asked for it.
    @Override
    public void close() {
        try {
            task.get().close();
        } catch (ExecutionException e) {
            // Nothing was chosen, and whoever awaited it knows why.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
