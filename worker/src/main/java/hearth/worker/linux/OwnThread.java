package hearth.worker.linux;

import java.util.concurrent.CompletableFuture;

/// Runs what leaves its mark on a thread, such as entering a namespace, on one that ends afterwards.
final class OwnThread {
    private OwnThread() {}

    /// Something to do there.
    interface Action<T> {
        T run() throws LinuxException;
    }

    /// Waits for the end of it, also while interrupted.
    static <T> T run(String name, Action<T> action) throws LinuxException {
        var result = new CompletableFuture<T>();
        Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                result.complete(action.run());
            } catch (LinuxException | RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        return Uninterrupted.await(result);
    }
}
