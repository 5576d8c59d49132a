package hearth.worker.linux;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/// Waiting for what must not be left half done: a process that was started, a descriptor that was opened.
final class Uninterrupted {
    private Uninterrupted() {}

    /// Waits also while interrupted, and stays interrupted then.
    static <T> T await(Future<T> future) throws LinuxException {
        var interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LinuxException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
