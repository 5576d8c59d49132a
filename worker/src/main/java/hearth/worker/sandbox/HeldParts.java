package hearth.worker.sandbox;

import hearth.worker.linux.Descriptors;
import java.util.ArrayDeque;
import java.util.Deque;

/// What is held while something is made of it, and let go of then, the last first.
final class HeldParts implements AutoCloseable {
    private final Deque<Runnable> all = new ArrayDeque<>();

    /// @param letGo called in the end
    void hold(Runnable letGo) {
        all.push(letGo);
    }

    /// @param descriptor closed in the end
    void hold(int descriptor) {
        all.push(() -> Descriptors.close(descriptor));
    }

    /// All that is held is somebody else's now.
    void handOver() {
        all.clear();
    }

    @Override
    public void close() {
        all.forEach(Runnable::run);
        all.clear();
    }
}
