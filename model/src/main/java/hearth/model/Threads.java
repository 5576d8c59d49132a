package hearth.model;

/// Waiting for threads.
public final class Threads {
    private Threads() {}

    /// Waits for the end of a thread that has been told to end, also while interrupted, and stays interrupted then.
    public static void awaitEnd(Thread thread) {
        boolean interrupted = false;
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
}
