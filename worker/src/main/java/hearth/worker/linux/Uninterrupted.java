package hearth.worker.linux;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/// Waiting for what must not be left half done: a process that was started, a descriptor that was opened.
public final class Uninterrupted {
    private Uninterrupted() {}

    /// Waits for a thread that has been told to end, also while interrupted, and stays interrupted then.
    public static void join(Thread thread) {
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

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
